package dev.piecewise.store;

import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Tenant;

/** The name of a user: 1 to 256 characters, none of them a control character. */
public record UserId(String value) {
    private static final int MAX_LENGTH = 256;

    /** INVALID_REQUEST with param {@code user} for a name that cannot be. */
    public UserId {
        if (value.isEmpty()) {
            throw ServingException.invalid("user", "a user's name is empty");
        }
        if (value.codePointCount(0, value.length()) > MAX_LENGTH) {
            throw ServingException.invalid("user", "a user's name is longer than " + MAX_LENGTH + " characters");
        }
        if (!value.codePoints().allMatch(UserId::isAllowed)) {
            throw ServingException.invalid("user", "a user's name holds control characters or half characters");
        }
    }

    /** A user's key as it is; INVALID_REQUEST with param {@code user} when the name in it cannot be. */
    static String key(String key) {
        return Tenant.of(key).key(new UserId(Tenant.nameIn(key)).value());
    }

    private static boolean isAllowed(int codePoint) {
        int type = Character.getType(codePoint);
        return type != Character.CONTROL && type != Character.SURROGATE;
    }
}
