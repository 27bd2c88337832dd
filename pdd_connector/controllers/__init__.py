from . import authorise
