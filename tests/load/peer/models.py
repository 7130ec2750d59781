"""Its tables."""

from django.contrib.auth.models import User
from django.db import models


class Asset(models.Model):
    """What can be held, with its last two prices."""

    symbol = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    asset_type = models.CharField(max_length=20, default="STOCK")
    current_price = models.DecimalField(max_digits=20, decimal_places=2)
    previous_close = models.DecimalField(max_digits=20, decimal_places=2)


class Price(models.Model):
    """A day's close."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE)
    date = models.DateField()
    close = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        """One close a day."""

        unique_together = (("asset", "date"),)


class Portfolio(models.Model):
    """What belongs together."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)


class Position(models.Model):
    """What is held of one asset."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    quantity = models.DecimalField(max_digits=20, decimal_places=8)
    average_cost = models.DecimalField(max_digits=20, decimal_places=8)
    first_purchase_date = models.DateField()


class Transaction(models.Model):
    """A purchase."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    transaction_type = models.CharField(max_length=20)
    date = models.DateField()
    quantity = models.DecimalField(max_digits=20, decimal_places=8)
    price = models.DecimalField(max_digits=20, decimal_places=8)
