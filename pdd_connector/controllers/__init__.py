from . import authorise, export
