from gluepy.exec import DAG

from .tasks import EvaluateForecast, ForecastTask, GetDataTask, TrainingTask


class TrainingDAG(DAG):
    label = "sample"
    extra_options = {"airflow_schedule": "0 6 * * *", "airflow_template": "my_template.j2"}
    tasks = [GetDataTask, TrainingTask, ForecastTask]
    eval_tasks = [EvaluateForecast]


class OnlyData(DAG):
    tasks = [GetDataTask]
