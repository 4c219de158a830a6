package dev.piecewise.tenant;

import dev.piecewise.error.ServingException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who owns users and all that is theirs. Everything behind the gateway knows a user by its key, which says whose user it is: keys of two tenants are never
 * equal, whatever their users are called. The default tenant's keys are its users' names.
 */
public record Tenant(String id) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    /** Whose everything is where no other tenant is named. */
    public static final Tenant DEFAULT = new Tenant("default");

    /** No user's name holds it. */
    private static final char MARK = '\u0001';

    private static final String AFTER_MARK = "\u0002";

    /** INVALID_REQUEST with param {@code tenant} for a name that cannot be. */
    public Tenant {
        if (!isName(id)) {
            throw ServingException.invalid(
                    "tenant", "a tenant's name is 1 to 63 of a-z, 0-9, _ and -, the first of them a letter or a digit");
        }
    }

    /** Whether a tenant can be called so. */
    public static boolean isName(String text) {
        return ID.matcher(text).matches();
    }

    /** Whose user has this key. */
    public static Tenant of(String key) {
        return isMarked(key) ? new Tenant(key.substring(1, end(key))) : DEFAULT;
    }

    /** The name of the user with this key, as its tenant knows it; "" for nobody. */
    public static String nameIn(String key) {
        return isMarked(key) ? key.substring(end(key) + 1) : key;
    }

    /** Whether the key names no user of its tenant. */
    public static boolean isNobody(String key) {
        return nameIn(key).isEmpty();
    }

    /** The key of this tenant's user of this name, which may be "" for nobody. INVALID_REQUEST with param {@code user} for a name that would be another's key. */
    public String key(String user) {
        if (user.indexOf(MARK) >= 0) {
            throw ServingException.invalid("user", "a user's name holds control characters or half characters");
        }
        return prefix() + user;
    }

    /** What the keys of this tenant's users begin with. */
    public String prefix() {
        return equals(DEFAULT) ? "" : MARK + id + MARK;
    }

    /** Less than the key of each of this tenant's users, where keys are in the order of their bytes. */
    public String first() {
        return equals(DEFAULT) ? AFTER_MARK : prefix();
    }

    /** Greater than the keys of this tenant's users, which are all that lie between; empty where nothing comes after them. */
    public Optional<String> end() {
        return equals(DEFAULT) ? Optional.empty() : Optional.of(MARK + id + AFTER_MARK);
    }

    private static boolean isMarked(String key) {
        return !key.isEmpty() && key.charAt(0) == MARK;
    }

    private static int end(String key) {
        int end = key.indexOf(MARK, 1);
        if (end < 0) {
            throw new IllegalArgumentException("a user's key without the end of its tenant");
        }
        return end;
    }
}
