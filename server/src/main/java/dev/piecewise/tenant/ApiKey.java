package dev.piecewise.tenant;

import dev.piecewise.error.ServingException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A key, without its secret.
 *
 * @param id names it in lists and in the audit log; it opens nothing
 * @param name what its maker calls it; may be empty
 * @param revoked since when it opens nothing any more
 */
public record ApiKey(
        String id,
        Tenant tenant,
        String name,
        Set<Role> roles,
        Instant created,
        Limits limits,
        Optional<Instant> revoked) {
    private static final int LONGEST_NAME = 200;

    /** INVALID_REQUEST with param {@code name} for a name that is too long or holds control characters. */
    public ApiKey {
        roles = Set.copyOf(roles);
        if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw ServingException.invalid(
                    "name",
                    "a key's name has at most " + LONGEST_NAME + " characters, none of them a control character");
        }
    }

    /** A key to be made. */
    public record Draft(Tenant tenant, String name, Set<Role> roles, Limits limits) {}

    /** A key with its secret, which nobody will see again. */
    public record Issued(ApiKey key, String secret) {}
}
