package dev.piecewise.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys while the database is gone, and while the clock jumps. */
@Timeout(30)
final class KeyRingTest {
    private static final String SECRET = "pw-secret";
    private static final String OLD = "pw-old";
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    private final Table table = new Table();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong wallSeconds = new AtomicLong();

    @AutoClose
    private final KeyRing ring = new KeyRing(new Wall(), Duration.ofMinutes(5), nanos::get);

    /** A clock that a test sets. */
    private final class Wall extends Clock {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return NOON.plusSeconds(wallSeconds.get());
        }
    }

    /** One key, in a database that may be gone. */
    private static final class Table implements KeyStore {
        volatile boolean gone;
        volatile boolean revoked;

        @Override
        public void add(ApiKey key, String hash) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ApiKey> keys() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean replace(String id, String hash, Instant until) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(String id, Instant now) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Opening> openings() {
            ApiKey key = new ApiKey(
                    "key_1", Tenant.DEFAULT, "", EnumSet.allOf(Role.class), NOON, Limits.NONE, Optional.empty());
            return revoked
                    ? Map.of()
                    : Map.of(
                            Secrets.hash(SECRET),
                            new Opening(key, Optional.empty()),
                            Secrets.hash(OLD),
                            new Opening(key, Optional.of(NOON.plusSeconds(60))));
        }

        @Override
        public long version() {
            if (gone) {
                throw new ServingException(ErrorCode.UNAVAILABLE, "gone");
            }
            return revoked ? 2 : 1;
        }
    }

    @BeforeEach
    void follow() {
        ring.follow(table);
    }

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private String admit(String secret) {
        return ring.admit(Access.INFERENCE, "Bearer " + secret).keyId();
    }

    private void assertRefused(String secret, ErrorCode code) {
        assertThatThrownBy(() -> admit(secret))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void keysOpenForSoLongWithoutTheDatabaseAndThenNobodyIsLetIn() {
        table.gone = true;
        table.revoked = true;
        advance(Duration.ofSeconds(299));
        assertThat(admit(SECRET)).isEqualTo("key_1");
        advance(Duration.ofSeconds(2));
        assertRefused(SECRET, ErrorCode.UNAVAILABLE);
        assertRefused("pw-wrong", ErrorCode.UNAVAILABLE);
        assertThat(ring.admit(Access.OPEN, null).roles()).isEmpty();
        table.gone = false;
        ring.changed();
        assertRefused(SECRET, ErrorCode.UNAUTHORIZED);
    }

    @Test
    void aDatabaseThatAnswersKeepsKeysOpenWhateverTheClockSays() {
        for (long jump : new long[] {86_400L * 365, -86_400L * 365, 0}) {
            wallSeconds.set(jump);
            advance(Duration.ofSeconds(200));
            ring.changed();
            assertThat(admit(SECRET)).isEqualTo("key_1");
        }
        assertThat(admit(OLD)).isEqualTo("key_1");
        wallSeconds.set(61);
        assertRefused(OLD, ErrorCode.UNAUTHORIZED);
    }
}
