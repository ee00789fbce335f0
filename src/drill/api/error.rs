//! Errors as AWS words them.

/// An error answer of an AWS service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsError {
    /// Code in the JSON and CBOR protocols.
    pub(crate) code: &'static str,
    /// Code in the query protocol, where it is another one.
    pub(crate) query_code: Option<&'static str>,
    /// Sentence for people.
    pub(crate) message: String,
    /// HTTP status.
    pub(crate) status: u16,
}

impl AwsError {
    /// The caller's mistake: status 400.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            query_code: None,
            message: message.into(),
            status: 400,
        }
    }

    /// Something that is not there, in a service that answers 404 to that.
    pub(crate) fn missing(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 404,
            ..Self::new(code, message)
        }
    }

    /// `ClientException`, ECS's word for most mistakes.
    pub(crate) fn client(message: impl Into<String>) -> Self {
        Self::new("ClientException", message)
    }

    /// `InvalidParameterException` of ECS and ECR.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// A code with another spelling in the query protocol.
    pub(crate) fn spelled(code: &'static str, query_code: &'static str, message: impl Into<String>) -> Self {
        Self {
            query_code: Some(query_code),
            ..Self::new(code, message)
        }
    }

    /// ECS has no cluster of that name.
    pub(crate) fn no_cluster() -> Self {
        Self::new("ClusterNotFoundException", "Cluster not found.")
    }

    /// ECS has no service of that name in the cluster.
    pub(crate) fn no_service() -> Self {
        Self::new("ServiceNotFoundException", "Service not found.")
    }

    /// A field that does not satisfy the model of a query service.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::spelled("ValidationException", "ValidationError", message)
    }

    /// A field of a query service that must be there and is not, in the words of its validator.
    pub(crate) fn absent(field: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must not be null"
        ))
    }

    /// The operation does not exist, or the drill does not offer it.
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        let message = format!("The drill does not offer the operation {operation}.");
        Self::spelled("UnknownOperationException", "InvalidAction", message)
    }

    /// Too many calls.
    pub(crate) fn throttled() -> Self {
        Self::spelled("ThrottlingException", "Throttling", "Rate exceeded")
    }

    /// The caller's token is too old.
    pub(crate) fn expired() -> Self {
        let message = "The security token included in the request is expired";
        Self::spelled("ExpiredTokenException", "ExpiredToken", message)
    }

    /// The caller may not do that.
    pub(crate) fn denied(who: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {who} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        );
        Self::spelled("AccessDeniedException", "AccessDenied", message)
    }

    /// The caller may not do that, and a policy says so in words.
    pub(crate) fn forbidden(who: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {who} is not authorized to perform: {action} on resource: {resource} with an explicit deny in an identity-based policy"
        );
        Self::spelled("AccessDeniedException", "AccessDenied", message)
    }

    /// The service's own mistake: status 500.
    pub(crate) fn server(code: &'static str) -> Self {
        let message = "We encountered an internal error. Please try again.";
        Self {
            status: 500,
            ..Self::spelled(code, "InternalFailure", message)
        }
    }
}
