"""How every process of ours that has a main coroutine begins and ends."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import NoReturn

from domain.errors import ConfigurationError, HoldfastError

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def keep_what_is_loaded() -> None:
    """Call it before the work begins: what is in memory by now is there to stay.

    Else Python looks for garbage among all modules, models and routes again and again, and nobody is
    answered meanwhile: 120 ms each time in the process of the API.
    """
    gc.collect()
    gc.freeze()


def run_main(
    main: Coroutine[None, None, int | None], loop_factory: LoopFactory | None = None
) -> NoReturn:
    """Run `main`, say what went wrong in one sentence, and leave at once with its exit status.

    At once, because the threads of Temporal's client may otherwise abort an interpreter that ends:
    https://github.com/temporalio/sdk-python/issues/300
    """
    status = 1
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            status = runner.run(main) or 0
    except (ConfigurationError, HoldfastError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - before logging is set up, and for people
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        logging.exception("ended by an error nobody expected")  # noqa: LOG015
    finally:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
