"""What Alembic runs: the steps on the connection it is handed, which holds the lock and the one transaction."""

from alembic import context

from planner.store.tables import metadata


def run() -> None:
    """Carries the steps out."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
    context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads this file
    run()
