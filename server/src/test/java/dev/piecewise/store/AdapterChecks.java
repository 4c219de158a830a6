package dev.piecewise.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;

/** What every database does alike with users' own adapters. */
final class AdapterChecks {
    private AdapterChecks() {}

    static void keptReplacedAndErased(Store store) {
        byte[] bytes = {0, 1, -1, 127, -128};
        Store.OwnAdapter first = store.putAdapter("ann", "first", "base", out -> out.write(9));
        Store.OwnAdapter second = store.putAdapter("ann", "second", "base", out -> out.write(bytes));
        store.putAdapter("bob", "third", "base", out -> out.write(bytes));

        assertThat(second).isEqualTo(new Store.OwnAdapter("second", "base", 5, 1));
        assertThat(store.adapterFingerprint("ann")).contains("second");
        assertThat(store.adapter("ann")).contains(second);
        assertThat(store.adapterPart("ann", second, 0).orElseThrow()).isEqualTo(bytes);
        assertThat(store.adapterPart("ann", first, 0)).as("replaced").isEmpty();
        assertThat(store.adapterPart("ann", second, 1)).isEmpty();
        assertThat(store.user("ann").orElseThrow().items()).isZero();
        assertThat(store.deleteAdapter("ann")).isTrue();
        assertThat(store.deleteAdapter("ann")).isFalse();
        assertThat(store.adapter("ann")).isEmpty();
        assertThat(store.adapterPart("ann", second, 0)).isEmpty();
        assertThat(store.deleteUser("bob")).contains(new Store.Erased(0, false, true));
        assertThat(store.adapterFingerprint("bob")).isEmpty();
    }

    static void largeInParts(Store store) {
        byte[] bytes = new byte[(2 << 20) + 5];
        new Random(1).nextBytes(bytes);
        Store.OwnAdapter adapter = store.putAdapter("ann", "large", "base", out -> out.write(bytes));

        assertThat(adapter).isEqualTo(new Store.OwnAdapter("large", "base", bytes.length, 3));
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (int part = 0; part < adapter.parts(); part++) {
            read.writeBytes(store.adapterPart("ann", adapter, part).orElseThrow());
        }
        assertThat(read.toByteArray()).isEqualTo(bytes);
    }

    static void writtenWholeOrNotAtAll(Store store) {
        Store.OwnAdapter before = store.putAdapter("ann", "before", "base", out -> out.write(7));

        assertThatThrownBy(() -> store.putAdapter("ann", "after", "base", out -> {
                    out.write(new byte[2 << 20]);
                    throw new IOException("the file is gone");
                }))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(store.adapter("ann")).contains(before);
        assertThat(store.adapterPart("ann", before, 0).orElseThrow()).containsExactly(7);
    }
}
