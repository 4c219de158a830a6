package dev.piecewise.gateway.completion;

import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Tenant;

/** An answer that is kept for a while under its id. */
public interface StoredAnswer {
    String id();

    /** When its request came. */
    Moment begun();

    /** The key of whom it was made for. */
    String user();

    /** The answer as it is given, in JSON. */
    byte[] body();

    /** What it is, by OpenAI's word for it. */
    String kind();

    /** Bytes that it takes, roughly. */
    int bytes();

    /** Its user was forgotten: whoever reads it at that moment reads no further. */
    default void forget() {}

    default boolean isOf(Caller caller) {
        return Tenant.of(user()).equals(caller.tenant());
    }
}
