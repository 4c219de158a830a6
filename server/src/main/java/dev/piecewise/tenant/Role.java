package dev.piecewise.tenant;

import dev.piecewise.error.ServingException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key may be used for. */
public enum Role {
    /** Completions, chats, responses. */
    INFERENCE,
    /** Users, their histories, plans and adapters. */
    USERS,
    /** Keys, the audit log; of the default tenant also what is everybody's: pools, metrics, other tenants' keys. */
    ADMIN;

    /** As it is written outside: in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** INVALID_REQUEST with param {@code roles} when there is none, or one that does not exist. */
    public static Set<Role> parse(List<String> names) {
        if (names.isEmpty()) {
            throw wrong("roles must name at least one of ");
        }
        return names.stream()
                .map(name -> Arrays.stream(values())
                        .filter(role -> role.wire().equals(name))
                        .findFirst()
                        .orElseThrow(() -> wrong("each of roles must be one of ")))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class)));
    }

    private static ServingException wrong(String message) {
        return ServingException.invalid(
                "roles", message + Arrays.stream(values()).map(Role::wire).collect(Collectors.joining(", ")));
    }
}
