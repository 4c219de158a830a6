package dev.piecewise.personalization;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import java.io.InputStream;

/** The zip of a user's own adapter as the store keeps it, to be read a part at a time. */
public record StoredZip(Store store, String user, Store.OwnAdapter adapter) {
    public long bytes() {
        return adapter.bytes();
    }

    public int parts() {
        return adapter.parts();
    }

    /** CONFLICT when the user has another adapter by now, or none. */
    public byte[] part(int number) {
        return store.adapterPart(user, adapter, number)
                .orElseThrow(() -> new ServingException(
                        ErrorCode.CONFLICT, "the user's own adapter was replaced meanwhile", "user"));
    }

    /** One part after the other. Reading throws as {@link #part} does. */
    InputStream input() {
        return new Parts();
    }

    private final class Parts extends InputStream {
        private byte[] part = {};
        private int at;
        private int next;

        @Override
        public int read() {
            return isMore() ? part[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int from, int length) {
            if (length == 0) {
                return 0;
            }
            if (!isMore()) {
                return -1;
            }
            int taken = Math.min(length, part.length - at);
            System.arraycopy(part, at, target, from, taken);
            at += taken;
            return taken;
        }

        private boolean isMore() {
            while (at == part.length && next < parts()) {
                part = part(next++);
                at = 0;
            }
            return at < part.length;
        }
    }
}
