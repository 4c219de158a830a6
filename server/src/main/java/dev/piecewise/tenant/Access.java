package dev.piecewise.tenant;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;

/** What it takes to use a route. */
public enum Access {
    /** Nothing: anybody may. */
    OPEN("no key"),
    INFERENCE("a key with the role inference"),
    USERS("a key with the role users"),
    ADMIN("a key with the role admin"),
    /** What concerns every tenant. */
    OPERATOR("a key of the default tenant with the role admin");

    private final String need;

    Access(String need) {
        this.need = need;
    }

    /** What it takes for this method and path pattern: one place for all routes. A route that nobody thought of is the operator's. */
    public static Access of(String method, String pattern) {
        if (is(pattern, "/v1/completions", "/v1/chat", "/v1/responses", "/v1/models")) {
            return INFERENCE;
        }
        if (is(pattern, "/v1/users") || (method.equals("GET") && is(pattern, "/v1/pools"))) {
            return USERS;
        }
        if (is(pattern, "/v1/admin") || (method.equals("DELETE") && is(pattern, "/v1/pools"))) {
            return ADMIN;
        }
        return pattern.equals("/") || is(pattern, "/console", "/health", "/version", "/openapi.yaml", "/openapi.json")
                ? OPEN
                : OPERATOR;
    }

    /** FORBIDDEN when the caller may not. */
    public void require(Caller caller) {
        boolean may = switch (this) {
            case OPEN -> true;
            case INFERENCE -> caller.roles().contains(Role.INFERENCE);
            case USERS -> caller.roles().contains(Role.USERS);
            case ADMIN -> caller.roles().contains(Role.ADMIN);
            case OPERATOR -> caller.isOperator();
        };
        if (!may) {
            throw new ServingException(ErrorCode.FORBIDDEN, "this needs " + need);
        }
    }

    private static boolean is(String pattern, String... roots) {
        for (String root : roots) {
            if (pattern.equals(root) || pattern.startsWith(root + "/")) {
                return true;
            }
        }
        return false;
    }
}
