"""The validator itself: it passes what AWS may send and finds every kind of mistake, in each protocol."""

import datetime
import json
import unittest

import botocore.session
import cbor2

from shapes import problems

AT = datetime.datetime(2026, 11, 23, 5, 5, 12, tzinfo=datetime.timezone.utc)
JSON = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "id-1"}
CBOR = {"Content-Type": "application/cbor", "x-amzn-RequestId": "id-1", "smithy-protocol": "rpc-v2-cbor"}
XML = {"Content-Type": "text/xml", "x-amzn-RequestId": "id-1"}
ELB = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        session = botocore.session.get_session()
        cls.of = staticmethod(lambda service, name: session.get_service_model(service).operation_model(name))

    def found(self, service, name, protocol, status, headers, body):
        return " | ".join(problems(self.of(service, name), protocol, status, headers, body))

    def services(self, service, status=200, headers=JSON, **more):
        body = json.dumps({"services": [service], "failures": [], **more}).encode()
        return self.found("ecs", "DescribeServices", "json", status, headers, body)

    def test_json(self):
        good = {"serviceName": "a", "desiredCount": 4, "createdAt": AT.timestamp(), "launchType": "FARGATE", "enableExecuteCommand": False}
        self.assertEqual(self.services(good), "")
        for wrong, said in [
            ({"serviceNamed": "a"}, "serviceNamed: the model knows no such member"),
            ({"serviceName": None}, "null is never sent"),
            ({"serviceName": 1}, "is no text"),
            ({"desiredCount": "4"}, "is no whole number"),
            ({"desiredCount": 4.0}, "is no whole number"),
            ({"desiredCount": 2**40}, "is too large"),
            ({"createdAt": "2026-11-23T05:05:12Z"}, "is no epoch time"),
            ({"createdAt": AT.timestamp() / 1000}, "is no time of this account"),
            ({"launchType": "ROCKET"}, "is none of"),
            ({"enableExecuteCommand": "false"}, "is no truth value"),
            ({"events": {}}, "is no list"),
            ({"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True}}}, "rollback: required, and absent"),
        ]:
            with self.subTest(wrong):
                self.assertIn(said, self.services({**good, **wrong}))
        self.assertIn("content-type", self.services(good, headers={**JSON, "Content-Type": "application/json"}))
        self.assertIn("x-amzn-requestid", self.services(good, headers={"Content-Type": JSON["Content-Type"]}))
        self.assertIn("cannot be read", self.found("ecs", "DescribeServices", "json", 200, JSON, b"{"))

    def test_json_errors(self):
        def said(status, **body):
            return self.found("ecs", "DescribeServices", "json", status, JSON, json.dumps(body).encode())

        self.assertEqual(said(400, __type="ClusterNotFoundException", message="Cluster not found."), "")
        self.assertEqual(said(400, __type="ThrottlingException", message="Rate exceeded"), "")
        self.assertIn("declares no error", said(400, __type="ServiceNotFoundException", message="Service not found."))
        self.assertIn("no __type", said(400, message="Cluster not found."))
        self.assertIn("has no message", said(400, __type="ThrottlingException"))
        self.assertIn("no such member", said(400, __type="ClusterNotFoundException", reason="it is not there"))
        self.assertIn("the service's own fault", said(400, __type="ServerException", message="Try again."))

    def test_cbor(self):
        def said(**result):
            body = cbor2.dumps({"MetricDataResults": [result]}, datetime_as_timestamp=True, timezone=datetime.timezone.utc)
            return self.found("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor", 200, CBOR, body)

        self.assertEqual(said(Id="a", Timestamps=[AT], Values=[4.0], StatusCode="Complete"), "")
        self.assertIn("is no tagged time", said(Timestamps=[AT.timestamp()]))
        self.assertIn("is no real number", said(Values=[4]))
        self.assertIn("is none of", said(StatusCode="Done"))
        bare = {name: value for name, value in CBOR.items() if name != "smithy-protocol"}
        self.assertIn("smithy-protocol", self.found("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor", 200, bare, b"\xa0"))

    def test_the_old_codes_of_cloudwatch(self):
        def said(code, old, status=400):
            body = cbor2.dumps({"__type": code, "message": "No."})
            headers = {**CBOR, "x-amzn-query-error": old}
            return self.found("cloudwatch", "ListMetrics", "smithy-rpc-v2-cbor", status, headers, body)

        self.assertEqual(said("InvalidParameterValueException", "InvalidParameterValue;Sender"), "")
        self.assertIn("but InvalidParameterValueException is", said("InvalidParameterValueException", "ValidationError;Sender"))
        self.assertIn("is not of type", said("InvalidParameterValueException", "InvalidParameterValue;Receiver"))
        self.assertIn("declares no error", said("ThrottlingException", "TooFast;Sender"))

    def test_xml(self):
        def said(inner, status=200, root="DescribeTargetGroupsResponse", space=ELB):
            meta = "" if status >= 300 else "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"
            body = f'<{root} xmlns="{space}">{inner}{meta}</{root}>'.encode()
            return self.found("elbv2", "DescribeTargetGroups", "query", status, XML, body)

        def group(inner):
            return said(f"<DescribeTargetGroupsResult><TargetGroups>{inner}</TargetGroups></DescribeTargetGroupsResult>")

        self.assertEqual(group("<member><Port>3000</Port><Protocol>HTTP</Protocol></member>"), "")
        for inner, text in [
            ("<item/>", "an item is called member"),
            ("<member><Ports>1</Ports></member>", "the model knows no such member"),
            ("<member><Port>many</Port></member>", "is no whole number"),
            ("<member><Port>1</Port><Port>2</Port></member>", "it comes twice"),
            ("<member><Protocol>FTP</Protocol></member>", "is none of"),
            ("<member><HealthCheckEnabled>True</HealthCheckEnabled></member>", "is no truth value"),
        ]:
            with self.subTest(inner):
                self.assertIn(text, group(inner))
        self.assertIn("not in DescribeTargetGroupsResult alone", said(""))
        self.assertIn("the root is", said("", space="urn:else"))
        error = "<Error><Type>Sender</Type><Code>{}</Code><Message>No.</Message></Error><RequestId>id-1</RequestId>"
        self.assertEqual(said(error.format("TargetGroupNotFound"), 400, "ErrorResponse"), "")
        self.assertIn("declares no error", said(error.format("TargetGroupNotFoundException"), 400, "ErrorResponse"))


if __name__ == "__main__":
    unittest.main()
