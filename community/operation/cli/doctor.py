"""`community doctor`: what is wrong with an installation, and what to do."""

import click

from community.operation.queries import checks
from community.operation.queries.checks import Finding
from config import environment

_MARKS = {"ok": "ok   ", "look": "look ", "wrong": "WRONG"}


@click.command()
def doctor() -> None:
    """Check configuration, database, guard, queue, processes and mail, and say what to do.

    Nothing is changed and no mail is sent. Exit code 1 when anything is wrong.

    \b
    Example: community doctor
    """
    config, findings = checks.check_configuration(environment())
    _tell(findings)
    if config is not None:
        for check in (
            checks.check_address,
            checks.check_data,
            checks.check_database,
            checks.check_owner,
            checks.check_queue,
            checks.check_mail,
            checks.check_providers,
        ):
            found = check(config)
            _tell(found)
            findings += found
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        click.echo(f"\n{wrong} thing{'s are' if wrong > 1 else ' is'} wrong.")
        raise SystemExit(1)
    click.echo("\nAll is well." if config else "")


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(f"{_MARKS[finding.state]}  {finding.what:<18}  {finding.says}")
        if finding.mend:
            click.echo(f"{'':27}→ {finding.mend}")
