from flask import Flask, redirect, render_template, request, url_for

app = Flask(__name__)
entries = []


@app.template_filter("euros")
def euros(cents):
    if cents is None:
        return "-"
    return f"{cents // 100}.{cents % 100:02} EUR"


@app.get("/")
def index():
    return render_template(
        "index.html", entries=list({e["name"]: e for e in entries}.values())
    )


@app.post("/entries")
def write():
    gift = request.form.get("gift")
    entries.append(
        {
            "name": request.form["name"],
            "message": request.form["message"],
            "gift": int(gift) if gift else None,
        }
    )
    return redirect(url_for("index"), 303)


@app.get("/about")
def about():
    return render_template("about.html")


@app.errorhandler(404)
def not_found(_error):
    return render_template("missing.html"), 404
