"""What any index of the full text promises; every one passes this suite."""

from collections.abc import Callable, Iterator

import pytest

from pagemill.model.search import wanted_of
from pagemill.ports import FinishedJob, Found, IndexedPage, Looked, Mark, SearchIndex

HOSTILE = (
    '"',
    "-",
    "*",
    "a AND",
    "NEAR(a b)",
    "scope:u6162",
    "'); DROP TABLE page; --",
    "a & | ! <-> b:*",
    "\\",
    "^a",
    "{body}: a",
    "\x00 \ud800",
    "(((",
    '""',
    "¿? …",
    "x" * 10_000,
    "-only -without",
)


def page(text: str, number: int = 1, job: str = "job-1", user: str = "ann") -> IndexedPage:
    return IndexedPage(job, user, number, f"token-{number}", text)


def numbers(found: Found) -> list[int]:
    return [one.number for one in found.pages]


class IndexContract:
    """A subclass gives `open_index`: each call opens the same index once more."""

    @pytest.fixture
    def index(self, open_index: Callable[[], SearchIndex]) -> Iterator[SearchIndex]:
        index = open_index()
        assert index.prepare()
        yield index
        index.close()

    @staticmethod
    def look(index: SearchIndex, query: str, user: str = "ann", **more: object) -> Found:
        return index.find(Looked(wanted_of(query), user, **more))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("grosser ", [1]),
            ("GRÖẞER ", [1]),
            ("Cafe ", [1, 2]),
            ("café ", [1, 2]),
            ("cafe grosser ", [1]),
            ("gro", [1]),
            ("gro ", []),
            ("gro* ", [1]),
            ('"mill by the"', [2]),
            ('"by mill the"', []),
            ("by mill the ", [2]),
            ('"mill by', [2]),
            ("cafe -mill ", [1]),
            ('cafe -"the mill" ', [1, 2]),
            ("-cafe ", []),
            ("well-being ", [3]),
            ("being-well ", []),
            ("3.14 ", [3]),
            ("東京 ", [3]),
            ("京都 ", [3]),
            ("都東 ", []),
            ("हिन्दी ", [3]),
            ("слово ", [3]),
            ("nothing of the kind ", []),
        ],
    )
    def test_words_are_found_as_people_write_them(
        self, index: SearchIndex, query: str, found: list[int]
    ) -> None:
        index.put(
            [
                page("Ein größerer, größer wie das Café", 1),
                page("The cafe\u0301 of a mill by the river", 2),
                page("Well-being is 3.14 東京都 हिन्दी СЛОВО", 3),
            ]
        )
        assert sorted(numbers(self.look(index, query))) == found

    @pytest.mark.parametrize("query", HOSTILE)
    def test_nothing_that_is_typed_is_an_error(self, index: SearchIndex, query: str) -> None:
        index.put([page("a mill")])
        assert self.look(index, query).total in (0, 1)
        assert self.look(index, "mill " + query[:100]).total in (0, 1)

    def test_everybody_finds_their_own_and_an_operator_all(self, index: SearchIndex) -> None:
        for user in ("ann", "bob", "o'neil\\", "u:ann"):
            index.put([page(f"the mill of {user}", job=f"job-of-{user}", user=user)])
        for user in ("ann", "bob", "o'neil\\", "u:ann"):
            assert [one.user_id for one in self.look(index, "mill ", user).pages] == [user]
        assert self.look(index, "mill ", user="").total == 4
        assert self.look(index, "mill ", "eve").pages == ()
        assert self.look(index, "mill ", "ann", job_id="job-of-bob").pages == ()
        assert self.look(index, "mill ", "", job_id="job-of-bob").total == 1
        assert self.look(index, "uann ", "").pages == ()

    def test_the_best_come_first_and_the_newest_of_equals(self, index: SearchIndex) -> None:
        for job in ("job-1", "job-3", "job-2"):
            index.put([page("a mill among many other words of this page", job=job)])
        index.put([page("mill, mill and nothing but mill", 9, "job-0")])
        jobs = [one.job_id for one in self.look(index, "mill ").pages]
        assert jobs == ["job-0", "job-3", "job-2", "job-1"]
        skipped = self.look(index, "mill ", skip=1, limit=2)
        assert [one.job_id for one in skipped.pages] == jobs[1:3]
        assert skipped.total == 4

    def test_more_than_a_thousand_are_not_counted(self, index: SearchIndex) -> None:
        index.put([page("a mill", number) for number in range(1, 1001)])
        assert not self.look(index, "mill ").has_more
        index.put([page("a mill", 1001)])
        found = self.look(index, "mill ", skip=995, limit=100)
        assert (found.total, found.has_more, len(found.pages)) == (1000, True, 5)

    def test_a_page_that_was_read_again_takes_the_place_of_the_old_one(
        self, index: SearchIndex
    ) -> None:
        index.put([page("old words")])
        for _ in range(2):
            index.put([IndexedPage("job-1", "ann", 1, "later", "new words")])
        assert self.look(index, "old ").total == 0
        assert [one.text for one in self.look(index, "new ").pages] == ["new words"]
        assert index.pages("job-1") == {1: "later"}

    def test_what_is_dropped_is_found_no_more(self, index: SearchIndex) -> None:
        index.put([page("a mill", number) for number in range(1, 451)])
        index.put([page("a mill", job="job-2")], [FinishedJob("job-2", "ann", 3, 5)])
        index.drop_pages("job-1", [7, 8])
        assert 7 not in index.pages("job-1")
        assert len(index.pages("job-1")) == 448
        index.drop(["job-1", "never-there"])
        assert [one.job_id for one in self.look(index, "mill ").pages] == ["job-2"]
        assert index.jobs("", 10) == ["job-2"]

    def test_it_knows_what_is_in_it_and_how_far_it_has_come(
        self, index: SearchIndex, open_index: Callable[[], SearchIndex]
    ) -> None:
        assert index.mark() == Mark(0, "")
        assert not self.look(index, "mill").is_complete
        index.put([page("begun", job="half")])
        index.put([page("done")], [FinishedJob("job-1", "ann", 7, 50)])
        index.set_mark(Mark(50, "job-1"), is_complete=True)
        again = open_index()
        assert not again.prepare()
        assert again.versions(["half", "job-1", "other"]) == {"half": 0, "job-1": 7}
        assert again.versions([]) == {}
        assert again.jobs("", 10) == ["half", "job-1"]
        assert again.jobs("half", 10) == ["job-1"]
        assert again.mark() == Mark(50, "job-1")
        assert self.look(again, "").is_complete
        again.close()

    def test_before_it_is_made_nothing_is_found(
        self, open_index: Callable[[], SearchIndex]
    ) -> None:
        index = open_index()
        assert self.look(index, "mill") == Found(is_complete=False)
        index.close()
