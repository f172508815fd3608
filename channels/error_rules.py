"""What an error of any provider means: the row of every provider's table."""

from datetime import timedelta

from channels.base import Explanation
from domain.conversations import MailKind
from domain.errors import ChannelError
from domain.values import Value


class ErrorRule(Value):
    """What a code means, and what the people inside should do."""

    error: type[ChannelError]
    advice: str
    mail: MailKind | None = None
    retry_after: timedelta | None = None

    def explained(self, advice: str | None = None) -> Explanation:
        """What a report with this code tells."""
        return Explanation(
            error_class=self.error,
            advice=advice or self.advice,
            mail=self.mail,
            needs_operator=self.error.needs_operator,
            retry_after=self.retry_after,
        )

    def rejection(
        self, code: str, *, pause: timedelta | None, advice: str | None = None
    ) -> ChannelError:
        """The error of an answer with this code. `pause`: as the provider asked for it."""
        return self.error(
            advice or self.advice, provider_code=code, retry_after=pause or self.retry_after
        )
