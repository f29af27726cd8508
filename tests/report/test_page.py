"""The report in a real browser: whole, offline, without errors, every chart with its table."""

import re

import pytest

from quayline.report.facts import Facts
from quayline.report.figures import ALL
from quayline.report.figures.stations import STATES, utilisation
from quayline.report.page import render, write_report


@pytest.fixture(scope="module")
def page_file(finished, tmp_path_factory):
    """The report of the finished run."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(finished, path)
    return path


@pytest.fixture
def opened(page_file, browser):
    """The page in a browser, with everything that it asked for and complained of."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.asked, page.errors = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.goto(page_file.as_uri())
    page.wait_for_function("document.querySelectorAll('.chart:not([data-drawn])').length === 0")
    yield page
    page.close()


def test_nothing_comes_from_outside(page_file):
    """No address of another host is fetched by the page: no src, no link, no import."""
    text = page_file.read_text()
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert not re.findall(r"(?:src|href)=[\"']?(?!#|data:)[^\"'>\s]+", markup)
    assert len(text) < 6_000_000


def test_the_same_run_gives_the_same_page(finished, page_file):
    """Drawing again changes no byte."""
    assert render(finished) == page_file.read_text()


def test_the_answer_says_what_levers_do(finished, page_file):
    path = finished.record("pathway")
    assert path.targets["is_met"].all()
    saved = (path.no_lever_usd - path.present_usd) / 1e6
    assert saved > 0
    told = f"the cheapest ones meet every target, for {saved:,.1f} million USD less (present value)"
    assert told in page_file.read_text()


def test_the_states_of_every_station_add_up_to_its_planned_hours(finished):
    """In hours and in per cent; shops by name. Work on a moving line goes on while it stands: a little more."""
    figure = utilisation(Facts(finished))
    rows = [dict(zip(figure.columns, row, strict=True)) for row in figure.rows]
    stations = finished.table("flow", "stations")
    planned = dict(stations.select("station", "planned_h").iter_rows())
    assert [row["station"] for row in rows] == stations["station"].to_list()
    assert {row["shop"] for row in rows} == {shop.name for shop in finished.scenario.plant.shops}
    waited = []
    for row in rows:
        hours = {name: row[name] for name, _, _ in STATES}
        whole = sum(hours.values())
        assert planned[row["station"]] - 0.01 <= whole < 1.05 * planned[row["station"]]
        for name, share in hours.items():
            assert row[name.replace("_h", "_percent")] == pytest.approx(100 * share / whole, abs=0.01)
        waited += [row["section"]] * (row["paced_h"] > 1)
    assert set(waited) == {"trim", "final"}


@pytest.mark.browser
def test_every_chart_is_drawn_without_errors(opened):
    """One canvas a chart, one table a grid; one request, the page itself; nothing on the console."""
    num_figures = sum(map(len, ALL.values()))
    num_grids = opened.locator(".chart .grid table").count()
    assert num_grids == opened.locator(".chart .plant").count() == 1
    assert opened.locator(".chart canvas").count() >= num_figures - num_grids - 1
    assert opened.errors == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.browser
def test_every_chart_has_a_table_behind_it(opened):
    """Opening each table shows rows under as many heads as it has columns."""
    cards = opened.locator(".card:has(.chart)")
    assert cards.count() == sum(map(len, ALL.values()))
    for k in range(cards.count()):
        card = cards.nth(k)
        card.locator("summary").click()
        behind = card.locator("details table")
        behind.locator("tbody tr").first.wait_for()
        heads, cells = behind.locator("th").count(), behind.locator("tbody tr").first.locator("td").count()
        assert heads == cells > 1, card.get_attribute("id")
        assert "Source:" in card.inner_text()


@pytest.mark.browser
def test_the_grid_counts_the_orders_of_the_ledger(opened, finished):
    """Whatever the reader pivots to, the sums are those of the ledger."""
    book = finished.table("ledger", "orders")
    card = opened.locator("#figure-grid")
    wanted = {
        "built": book["line_off_at"].count(), "ordered": book.height, "delivered": book["delivered_at"].count(),
        "unbuilt": book["line_off_at"].null_count(),
    }  # fmt: skip
    for by in ("week", "quarter"):
        card.locator("select[name=by]").select_option(by)
        for measure, cars in wanted.items():
            card.locator("select[name=count]").select_option(measure)
            assert _number(card.locator("tfoot .sum").inner_text()) == cars, (by, measure)
    card.locator("select[name=count]").select_option("ordered")
    card.locator("select[name=rows]").select_option("market")
    card.locator("select[name='split by']").select_option("variant")
    one = book.row(0, named=True)
    card.locator("select[name=market]").select_option(one["market"])
    rows = card.locator("tbody tr")
    counts = {rows.nth(k).locator("td").nth(1).inner_text(): rows.nth(k).locator(".sum").inner_text()
              for k in range(rows.count())}  # fmt: skip
    mine = book.filter(book["market"] == one["market"])
    names = {v.id: v.name for v in finished.scenario.vehicles.variants}
    assert {name: _number(text) for name, text in counts.items()} == {
        names[variant]: rows_.height for (variant,), rows_ in mine.group_by("variant")
    }


@pytest.mark.browser
def test_the_line_is_drawn_and_played(opened, finished):
    """Every section with its cars at each moment, as the run's table has them; playing moves the clock."""
    card = opened.locator("#figure-plant")
    sections, replay = finished.table("flow", "sections"), finished.table("flow", "replay")
    assert card.locator(".section").count() == sections.height
    slider = card.locator("input.when")
    for step in (0, 300, 700):
        slider.evaluate(f"(node) => {{ node.value = {step}; node.dispatchEvent(new Event('input')); }}")
        now = replay.filter(replay["minute"] == 2 * step)
        assert card.locator(".clock").inner_text().endswith(f"{2 * step // 60:02d}:{2 * step % 60:02d}")
        told = [int(text.split()[0]) for text in card.locator(".section .count").all_inner_texts()]
        assert told == now["inside_cars"].to_list()
        assert [int(text) for text in card.locator(".gap .count").all_inner_texts()] == now["behind_cars"].to_list()
    places = ["" if many is None else f"of {many}" for many in sections["places_behind"]]
    assert card.locator(".gap .capacity").all_inner_texts() == places
    legend = card.locator(".legend .entry").all_inner_texts()
    assert set(legend) >= {*sections["kind"], *(text for _, text, _ in STATES)}
    assert card.locator(".section .name").evaluate_all("all => all.every((one) => one.scrollWidth <= one.clientWidth)")
    before = card.locator(".clock").inner_text()
    card.locator("button").click()
    opened.wait_for_function(f"document.querySelector('#figure-plant .clock').textContent !== '{before}'")
    card.locator("button").click()
    assert opened.errors == []


@pytest.mark.browser
def test_the_waterfall_is_chosen_by_market_and_half_year(opened):
    """Every choice draws bars or says that there are no cars."""
    selects = opened.locator(".choices[data-figure=landed] select")
    assert selects.count() == 2
    for k in range(selects.nth(1).locator("option").count()):
        selects.nth(1).select_option(index=k)
        assert opened.errors == []


def _number(text):
    return int(text.replace(",", ""))


@pytest.mark.browser
def test_the_answer_comes_first(opened):
    """The verdict stands above everything and names figures."""
    verdict = opened.locator(".verdict p").first.inner_text()
    assert re.search(r"\d", verdict)
    assert opened.locator(".tile").count() >= 6


@pytest.mark.browser
def test_inputs_can_be_filtered_by_kind(opened):
    """The assumed figures alone, then all again."""
    rows = opened.locator(".inputs tbody tr:visible")
    everything = rows.count()
    opened.locator(".filters button[data-kind=assumed]").click()
    kinds = set(opened.locator(".inputs tbody tr:visible .kind").all_inner_texts())
    assert kinds == {"assumed"}
    opened.locator(".filters button").first.click()
    assert rows.count() == everything > 0


@pytest.mark.browser
def test_it_fits_a_narrow_screen(opened):
    """No sideways scrolling on a phone."""
    opened.set_viewport_size({"width": 400, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 400
