"""The steps of the DAG `sample`: make some orders up, then add them up."""

import csv
import io
import json
import logging
import random

from gluepy.conf import default_context
from gluepy.exec import Task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops

logger = logging.getLogger(__name__)


class MakeOrders(Task):
    """Write random orders; the seed stands in the context, so a retry writes the same."""

    label = "make_orders"

    def run(self) -> None:
        params = default_context.sample
        chance = random.Random(params.seed)
        products = sorted(params.products)

        file = io.StringIO()
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["order", "product", "quantity"])
        for order in range(1, params.orders + 1):
            rows.writerow([order, chance.choice(products), chance.randint(1, 5)])

        # runpath("orders.csv") is a path in the folder of this run.
        default_storage.touch(default_storage.runpath("orders.csv"), file)
        logger.info("Wrote %s orders", params.orders)


class SumOrders(Task):
    """Write the revenue of each product, and log the total as a metric."""

    label = "sum_orders"

    def run(self) -> None:
        prices = default_context.sample.products
        revenue = dict.fromkeys(sorted(prices), 0.0)
        text = default_storage.open(default_storage.runpath("orders.csv"), "r")
        for row in csv.DictReader(io.StringIO(text)):
            revenue[row["product"]] += int(row["quantity"]) * prices[row["product"]]
        revenue = {product: round(amount, 2) for product, amount in revenue.items()}

        content = json.dumps(revenue, indent=2) + "\n"
        default_storage.touch(default_storage.runpath("revenue.json"), content)
        default_mlops.log_metric("revenue", round(sum(revenue.values()), 2))
