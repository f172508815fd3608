"""How long providers think a text is, and a long one cut where people would cut it."""

from collections.abc import Callable, Sequence
from itertools import dropwhile
from typing import Final

import regex

from domain.channels import Capabilities, TextUnit

_MEASURES: Final[dict[TextUnit, Callable[[str], int]]] = {
    TextUnit.GRAPHEMES: lambda text: len(_clusters(text)),
    TextUnit.CHARACTERS: len,
    TextUnit.UTF16_UNITS: lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    TextUnit.UTF8_BYTES: lambda text: len(text.encode("utf-8", "surrogatepass")),
}
# Those of Chinese and Japanese, which put no white space between sentences.
_WIDE_ENDS: Final = frozenset("\u3002\uff01\uff1f")
_SENTENCE_ENDS: Final = frozenset(".!?…") | _WIDE_ENDS
_LINE_ENDS: Final = frozenset({"\n", "\r\n"})
# A border earlier than this share of a piece would leave it needlessly short.
_EARLIEST_BORDER: Final = 0.5


def measure(text: str, unit: TextUnit) -> int:
    """How long a provider thinks a text is."""
    return _MEASURES[unit](text)


def split_text(text: str, capabilities: Capabilities) -> tuple[str, ...]:
    """Cut a text into pieces within the limit; only white space at a cut is left out.

    Cuts between paragraphs, else lines, sentences or words, else between characters as people
    see them; never inside one, such as a flag or a family, unless it alone exceeds the limit.
    """
    limit, unit = capabilities.text_limit, capabilities.text_unit
    if measure(text, unit) <= limit:
        return (text,) if text.strip() else ()
    pieces: list[str] = []
    rest = [part for cluster in _clusters(text) for part in _fitting(cluster, limit, unit)]
    while rest:
        end = _end_of_piece(rest, limit, unit)
        pieces.append("".join(rest[:end]).strip())
        rest = list(dropwhile(str.isspace, rest[end:]))
    return tuple(piece for piece in pieces if piece)


def _clusters(text: str) -> list[str]:
    """What people see as characters (https://www.unicode.org/reports/tr29)."""
    clusters: list[str] = regex.findall(r"\X", text)
    return clusters


def _fitting(cluster: str, limit: int, unit: TextUnit) -> Sequence[str]:
    """A cluster, or its code points when it alone is too long: some people stack 2,000 accents."""
    return cluster if measure(cluster, unit) > limit else (cluster,)


def _end_of_piece(clusters: Sequence[str], limit: int, unit: TextUnit) -> int:
    """How many clusters the next piece takes."""
    full = _as_many_as_fit(clusters, limit, unit)
    if full == len(clusters):
        return full
    earliest = int(full * _EARLIEST_BORDER)
    for is_border in (_ends_paragraph, _ends_line, _ends_sentence, _ends_word):
        for end in range(full, earliest, -1):
            if is_border(clusters, end):
                return end
    return full


def _as_many_as_fit(clusters: Sequence[str], limit: int, unit: TextUnit) -> int:
    room = limit
    for count, cluster in enumerate(clusters):
        room -= measure(cluster, unit)
        if room < 0:
            return max(count, 1)
    return len(clusters)


def _ends_paragraph(clusters: Sequence[str], end: int) -> bool:
    return _ends_line(clusters, end) and clusters[end - 2] in _LINE_ENDS


def _ends_line(clusters: Sequence[str], end: int) -> bool:
    return clusters[end - 1] in _LINE_ENDS


def _ends_sentence(clusters: Sequence[str], end: int) -> bool:
    last, following = clusters[end - 1], clusters[end]
    return last in _WIDE_ENDS or (last in _SENTENCE_ENDS and following.isspace())


def _ends_word(clusters: Sequence[str], end: int) -> bool:
    return clusters[end - 1].isspace() or clusters[end].isspace()
