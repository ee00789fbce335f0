"""The workflow that a team copies: read by a YAML parser that is not ours, as GitHub would read it."""

import pathlib
import re
import unittest

import yaml

FILE = pathlib.Path(__file__).parents[2] / "assets/github/rollback.yml"


class Workflow(unittest.TestCase):
    def setUp(self):
        self.text = FILE.read_text(encoding="utf-8")
        self.it = yaml.safe_load(self.text)
        # YAML 1.1 reads a bare `on` as true; GitHub does not.
        self.on = self.it[True]

    def steps(self):
        return [step for job in self.it["jobs"].values() for step in job["steps"]]

    def test_it_takes_the_inputs_of_the_runbook(self):
        inputs = self.on["workflow_dispatch"]["inputs"]
        self.assertEqual(list(self.on), ["workflow_dispatch"], "nothing but a person or modosu starts it")
        self.assertEqual(set(inputs), {"environment", "service", "version", "correlation_id"})
        self.assertEqual(inputs["environment"]["options"], ["production", "staging"])
        self.assertEqual(inputs["service"]["options"], ["backend", "frontend", "both"])
        self.assertEqual(inputs["version"]["default"], "latest-1")
        self.assertFalse(inputs["correlation_id"]["required"])
        self.assertIn("inputs.correlation_id", self.it["run-name"])

    def test_it_may_do_no_more_than_it_needs(self):
        self.assertEqual(self.it["permissions"], {"id-token": "write", "contents": "read"})
        self.assertTrue(all("permissions" not in job for job in self.it["jobs"].values()))
        self.assertFalse(self.it["concurrency"]["cancel-in-progress"])
        self.assertIn("inputs.environment", self.it["concurrency"]["group"])

    def test_approval_stands_between_plan_and_apply(self):
        apply = self.it["jobs"]["apply"]
        self.assertEqual(apply["needs"], "plan")
        self.assertEqual(apply["environment"], "${{ inputs.environment }}")
        self.assertNotIn("environment", self.it["jobs"]["plan"])
        self.assertIn('--approve "$ROLLBACK_HASH"', "".join(step.get("run", "") for step in apply["steps"]))

    def test_no_expression_reaches_a_script_and_actions_are_pinned(self):
        for step in self.steps():
            with self.subTest(step.get("name", step.get("uses"))):
                self.assertNotIn("${{", step.get("run", ""))
                if "uses" in step:
                    self.assertRegex(step["uses"], r"^[\w-]+/[\w-]+@[0-9a-f]{40}$")

    def test_every_variable_of_a_script_is_given(self):
        given = set(self.it["env"]) | set(self.it["jobs"]["apply"]["env"])
        for step in self.steps():
            used = set(re.findall(r"\$([A-Z][A-Z_]+)", step.get("run", "")))
            self.assertLessEqual(used - {"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"}, given)


if __name__ == "__main__":
    unittest.main()
