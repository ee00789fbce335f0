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

    /// `ClientException`, ECS's word for most mistakes.
    pub(crate) fn client(message: impl Into<String>) -> Self {
        Self::new("ClientException", message)
    }

    /// `InvalidParameterException` of ECS and ECR.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// A field that does not satisfy the model of a query service.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self {
            query_code: Some("ValidationError"),
            ..Self::new("ValidationException", message)
        }
    }

    /// The same mistake in the words of a query service.
    pub(crate) fn into_validation(self) -> Self {
        Self::validation(self.message)
    }

    /// The operation does not exist, or the drill does not offer it.
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        let message = format!("The drill does not offer the operation {operation}.");
        Self {
            query_code: Some("InvalidAction"),
            ..Self::new("UnknownOperationException", message)
        }
    }

    /// Too many calls.
    pub(crate) fn throttled() -> Self {
        Self {
            query_code: Some("Throttling"),
            ..Self::new("ThrottlingException", "Rate exceeded")
        }
    }

    /// The caller's token is too old.
    pub(crate) fn expired() -> Self {
        let message = "The security token included in the request is expired";
        Self {
            query_code: Some("ExpiredToken"),
            ..Self::new("ExpiredTokenException", message)
        }
    }

    /// The caller may not do that.
    pub(crate) fn denied(who: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {who} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        );
        Self {
            query_code: Some("AccessDenied"),
            ..Self::new("AccessDeniedException", message)
        }
    }

    /// The service's own mistake: status 500.
    pub(crate) fn server(code: &'static str) -> Self {
        let message = "We encountered an internal error. Please try again.";
        Self {
            query_code: Some("InternalFailure"),
            status: 500,
            ..Self::new(code, message)
        }
    }
}
