"""What a page says to its reader, for the tests of the pages of accounts."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """What a reader of a page meets: forms, links, text, ids."""

    def __init__(self, answer):
        super().__init__()
        self.text, self.links, self.ids, self.fields, self.forms = "", [], [], {}, []
        self.labelled, self.silent = set(), False
        self.feed(answer.content.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.silent = tag in ("style", "script")
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "form":
            self.forms.append({"method": attrs.get("method", "get"), "names": []})
        if tag == "label" and "for" in attrs:
            self.labelled.add(attrs["for"])
        if tag in ("input", "select", "textarea"):
            self.fields.setdefault(attrs.get("name"), attrs)
            if self.forms:
                self.forms[-1]["names"].append(attrs.get("name"))

    def handle_data(self, data):
        if not self.silent:
            self.text += f" {data.strip()}" if data.strip() else ""


def opened(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return Page(answer)


def posted(client, path, status=302, **form):
    answer = client.post(path, form)
    assert answer.status_code == status, Page(answer).text
    return answer
