package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.Main;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.tenant.Access;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Tenant;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Keys from the command line. */
@Timeout(60)
final class KeysCommandTest {
    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();

    @Test
    void aKeyIsMadeRotatedAndRevoked() {
        String secret = run(0, "create", "--tenant", "acme", "--role", "inference,users", "--concurrency", "3")
                .strip();
        assertThat(secret).startsWith("pw-").hasSizeGreaterThan(40);
        ApiKey made = only();
        assertThat(made.tenant()).isEqualTo(new Tenant("acme"));
        assertThat(made.limits()).isEqualTo(new Limits(0, 0, 3));
        assertThat(tenantOf(secret)).isEqualTo("acme");
        assertThat(run(0, "list")).contains(made.id(), "inference,users").doesNotContain(secret);

        String next = run(0, "rotate", made.id()).strip();
        assertThat(next).startsWith("pw-").isNotEqualTo(secret);
        assertThat(tenantOf(next)).isEqualTo("acme");
        assertThat(run(0, "revoke", made.id())).contains("revoked");
        assertThat(only().revoked()).isPresent();
        assertThat(run(0, "audit").lines().map(line -> line.split("\t", -1)[3]))
                .containsExactly("key.revoke", "key.rotate", "key.create");
    }

    @Test
    void whatCannotBeIsToldInOneLine() {
        run(1, "revoke", "key_none");
        assertThat(err.toString()).contains("there is no such key");
        run(1, "create", "--tenant", "Not A Name");
        assertThat(err.toString()).contains("a tenant's name");
        run(1, "create", "--role", "king");
        assertThat(err.toString()).contains("inference, users, admin");
    }

    private String run(int status, String... arguments) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--set", "store.url=" + url()));
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        assertThat(line.execute(all.toArray(String[]::new))).as(err.toString()).isEqualTo(status);
        return out.toString();
    }

    private ApiKey only() {
        try (Store store = Stores.open(url())) {
            assertThat(store.keys().keys()).hasSize(1);
            return store.keys().keys().getFirst();
        }
    }

    private String tenantOf(String secret) {
        try (Store store = Stores.open(url());
                KeyRing ring = new KeyRing(Clock.systemUTC())) {
            ring.follow(store.keys());
            return ring.admit(Access.INFERENCE, "Bearer " + secret).tenant().id();
        }
    }

    private String url() {
        return "jdbc:sqlite:" + directory.resolve("keys.db");
    }
}
