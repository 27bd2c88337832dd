from . import controllers, models, sql_log, wizards

sql_log.install()
