"""DAGs: tasks in the order they run."""

from gluepy.exec import DAG

from .tasks import MakeOrders, SumOrders


class Sample(DAG):
    """Run it: python manage.py dag sample."""

    label = "sample"
    tasks = [MakeOrders, SumOrders]
