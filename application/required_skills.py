"""What a conversation needs, as its agent sees it: whoever gets it next must be able to do that."""

from collections.abc import Sequence

from application.configuration.skills import unknown_skills
from application.desk import author_of, viewer_of
from application.replies import Author
from application.whole_lists import whole
from domain.configuration import Caller
from domain.conversations import State
from domain.errors import ConversationClosed, InvalidInput, NotAllowed
from domain.ids import ConversationId
from domain.skills import RequiredSkill, Skill
from domain.views import ConversationView
from storage.conversations import Conversations
from storage.database import Database
from storage.required_skills import RequiredSkills
from storage.skills import Skills


class SkillUpdates:
    """Changes of what running conversations need. Each is kept with the reasons of routing."""

    def __init__(self, database: Database, listed: Conversations) -> None:
        self._required = RequiredSkills(database)
        self._skills = Skills(database)
        self._listed = listed

    async def known(self) -> list[Skill]:
        """What there is to ask for, with the names of its levels."""
        return await whole(self._skills.listing)

    async def put(
        self, caller: Caller, conversation_id: ConversationId, skills: Sequence[RequiredSkill]
    ) -> ConversationView:
        """Replace them: for the conversation's agent, and for supervisors."""
        author = author_of(caller)
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        if conversation.state is State.CLOSED:
            raise ConversationClosed("This conversation is closed. A new message starts a new one.")
        if not author.is_supervisor and conversation.agent_id != author.agent_id:
            raise _not_theirs()
        problems = await unknown_skills(self._skills, skills)
        if problems:
            raise InvalidInput(" ".join(problems), field="skills", problems=problems)
        if tuple(skills) != conversation.required_skills:
            await self._change(conversation, skills, author, caller.name)
        return await self._listed.get(conversation_id)

    async def _change(
        self,
        conversation: ConversationView,
        skills: Sequence[RequiredSkill],
        author: Author,
        name: str,
    ) -> None:
        before = _told(conversation.required_skills)
        done = await self._required.require(
            conversation.conversation_id,
            skills,
            of_agent=None if author.is_supervisor else author.agent_id,
            why=f"{name} asks for {_told(skills)} instead of {before}.",
        )
        if not done:
            raise _not_theirs()


def _not_theirs() -> NotAllowed:
    return NotAllowed("Only its agent, or a supervisor, may say what a conversation needs.")


def _told(skills: Sequence[RequiredSkill]) -> str:
    return ", ".join(f"{skill.name} {skill.level}" for skill in skills) or "no skill"
