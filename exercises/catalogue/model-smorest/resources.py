from urllib.parse import urlencode

from flask import abort, request, url_for
from flask.views import MethodView
from flask_smorest import Blueprint

from database import Product, db
from schemas import ListQuery, ProductPage, ProductSchema

blueprint = Blueprint("products", __name__)


def body_of(schema):
    """The view's argument is the checked body, or the request is refused."""

    def decorate(view):
        checked = blueprint.arguments(schema, location="json")(view)

        def refuse_first(*args, **kwargs):
            if request.mimetype != "application/json":
                abort(415)
            # webargs takes a missing body for an empty object.
            try:
                if not isinstance(request.get_json(), dict):
                    abort(422)
            except RecursionError:
                abort(400)
            return checked(*args, **kwargs)

        refuse_first.__name__ = view.__name__
        return refuse_first

    return decorate


@blueprint.route("/products")
class Products(MethodView):
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, ProductPage)
    def get(self, query):
        select = filtered(query)
        total = select.count()
        rows = select.order_by(*order_of(query["sort"]))
        rows = rows.limit(query["limit"])
        rows = rows.offset((query["page"] - 1) * query["limit"])
        body = dict(
            items=rows.all(),
            total=total,
            page=query["page"],
            limit=query["limit"],
        )
        return body, {"Link": link_header(query, total)}

    @body_of(ProductSchema)
    @blueprint.response(201, ProductSchema)
    def post(self, fields):
        product = Product(**fields)
        db.session.add(product)
        db.session.commit()
        url = url_for("products.ProductById", id=product.id, _external=True)
        return product, {"Location": url}


@blueprint.route("/products/<int:id>")
class ProductById(MethodView):
    @blueprint.response(200, ProductSchema)
    def get(self, id):
        return product_or_404(id)

    @body_of(ProductSchema)
    @blueprint.response(200, ProductSchema)
    def put(self, fields, id):
        return update(product_or_404(id), fields)

    @body_of(ProductSchema(partial=True))
    @blueprint.response(200, ProductSchema)
    def patch(self, fields, id):
        return update(product_or_404(id), fields)

    @blueprint.response(204)
    def delete(self, id):
        db.session.delete(product_or_404(id))
        db.session.commit()


def product_or_404(id):
    if id.bit_length() > 63:
        abort(404)
    return db.get_or_404(Product, id)


def update(product, fields):
    for name in fields:
        setattr(product, name, fields[name])
    db.session.commit()
    return product


def filtered(query):
    select = Product.query
    if "category" in query:
        select = select.filter_by(category=query["category"])
    if "min_price" in query:
        select = select.filter(Product.price_cents >= query["min_price"])
    if "max_price" in query:
        select = select.filter(Product.price_cents <= query["max_price"])
    if "q" in query:
        literal = query["q"].replace("\\", "\\\\")
        literal = literal.replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{literal}%"
        select = select.filter(Product.name.like(pattern, escape="\\"))
    return select


def order_of(sort):
    column = getattr(Product, sort.lstrip("-"))
    if sort[0] == "-":
        column = column.desc()
    return column, Product.id.asc()


def link_header(query, total):
    last = max((total - 1) // query["limit"] + 1, 1)
    numbers = [("first", 1)]
    if query["page"] > 1:
        numbers.append(("prev", query["page"] - 1))
    if query["page"] < last:
        numbers.append(("next", query["page"] + 1))
    numbers.append(("last", last))
    return ", ".join(
        "<%s?%s>; rel=%s"
        % (request.base_url, urlencode({**query, "page": n}), r)
        for r, n in numbers
    )
