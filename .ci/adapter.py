"""Turns the JSON answers of Zafè's operations into the columns of .ci/adapter."""
import json
import subprocess
import sys

zafe, verb, db, arg = sys.argv[1:]


class Book:
    """One run of the program that answers one call after the other."""

    def __init__(self):
        self.run = subprocess.Popen([zafe, "--dir", db, "--recovery-file", db + ".key", "op", "--lines"],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def op(self, name, request):
        self.run.stdin.write(json.dumps({"op": name, "request": request}) + "\n")
        self.run.stdin.flush()
        line = self.run.stdout.readline()
        if not line:
            sys.exit(1)  # the program has told why
        return json.loads(line)


book = Book()


def euros(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def day(text):
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def years():
    return sorted((y["period"]["from"], y["period"]["to"]) for y in book.op("fiscal_year.list", {})["years"])


def show(*columns):
    print("\t".join(str(c) for c in columns))


if verb == "tb":
    tb = book.op("ledger.trial_balance", {"from": years()[0][0], "to": day(arg)})
    for r in tb["rows"]:
        if r["debit"] or r["credit"]:
            show(r["account"], euros(r["debit"]), euros(r["credit"]))
elif verb == "aged":
    aged = book.op("ledger.aged", {"at": day(arg)})
    for r in sorted(aged["rows"], key=lambda r: r["aux"]):
        if r["account"] == "411000":
            show(r["aux"], *(euros(r[k]) for k in ("total", "not_due", "days_30", "days_60", "days_90", "older", "unmatched")))
elif verb == "vat":
    ends = [31, 29 if int(arg) % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for m, end in enumerate(ends, 1):
        month = f"{arg}-{m:02d}"
        tb = book.op("ledger.trial_balance", {"from": f"{month}-01", "to": f"{month}-{end}", "prefix": "445"})
        for r in tb["rows"]:
            if "4456" <= r["account"] < "4458" and (r["debit"] or r["credit"]):
                show(f"{arg}{m:02d}", r["account"], euros(r["debit"]), euros(r["credit"]))
else:
    balance = 0
    for first, last in years():
        ask = {"account": arg, "from": first, "to": last, "limit": 5000}
        while True:
            page = book.op("ledger.general_ledger", ask)
            for r in page["lines"]:
                balance += r["debit"] - r["credit"]
                show(r["date"], r["journal"], r["num"], r["label"], euros(r["debit"]), euros(r["credit"]), euros(balance))
            if not page.get("more"):
                break
            ask["after"] = page["next"]
