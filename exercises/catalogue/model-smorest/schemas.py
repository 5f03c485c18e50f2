from marshmallow import RAISE, Schema, ValidationError, fields, validate

CATEGORIES = ["books", "garden", "kitchen", "office", "toys"]
PRICE = validate.Range(0, 10_000_000)
SORTS = [sign + key for key in ("id", "name", "price_cents") for sign in "- "]


class Whole(fields.Integer):
    """marshmallow's strict integer still takes 5.0 and "5" and True."""

    def _deserialize(self, value, attr, data, **kwargs):
        if type(value) is not int:
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def storable(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValidationError("Not valid Unicode.") from None


def not_blank(text):
    if text.strip() == "":
        raise ValidationError("Must not be blank.")


class ProductSchema(Schema):
    class Meta:
        unknown = RAISE

    id = fields.Integer(dump_only=True)
    sku = fields.String(
        required=True, validate=validate.Regexp(r"\A[A-Z]{3}-[0-9]{4}\Z")
    )
    name = fields.String(
        required=True, validate=[validate.Length(1, 80), not_blank, storable]
    )
    category = fields.String(
        required=True, validate=validate.OneOf(CATEGORIES)
    )
    price_cents = Whole(required=True, validate=PRICE)
    stock = Whole(load_default=0, validate=validate.Range(0, 100_000))
    description = fields.String(
        load_default="", validate=[validate.Length(max=500), storable]
    )


class ListQuery(Schema):
    page = fields.Integer(
        load_default=1, validate=validate.Range(1, 1_000_000)
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    category = fields.String(validate=validate.OneOf(CATEGORIES))
    min_price = fields.Integer(validate=PRICE)
    max_price = fields.Integer(validate=PRICE)
    q = fields.String()
    sort = fields.String(
        load_default="-id",
        validate=validate.OneOf([sort.strip() for sort in SORTS]),
    )


class ProductPage(Schema):
    items = fields.List(fields.Nested(ProductSchema))
    total = fields.Integer()
    page = fields.Integer()
    limit = fields.Integer()
