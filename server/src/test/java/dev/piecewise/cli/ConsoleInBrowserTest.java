package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.fixture.NodeScripts;
import dev.piecewise.fixture.Programs;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.tenant.ApiKey;
import dev.piecewise.tenant.Keys;
import dev.piecewise.tenant.Limits;
import dev.piecewise.tenant.Role;
import dev.piecewise.tenant.Tenant;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in headless Chromium, before the shipped demo. Skipped, with the reason, where npm or Chromium is missing; {@code CHROMIUM} names one that is not on the
 * path. What is done and looked at stands in the scripts under {@code src/test/resources/console}; their pictures are in {@code target/node-console/shots}.
 */
@Timeout(480)
final class ConsoleInBrowserTest {
    private static final Path DEMO = Path.of("..", "model-store", "piecewise_demo");
    private static final int SECONDS = 180;

    @TempDir
    static Path directory;

    private static String chromium;
    private static NodeScripts scripts;
    private static String database;

    @BeforeAll
    static void find() throws Exception {
        Optional<Path> found = chromium();
        Assumptions.assumeTrue(found.isPresent(), "there is no Chromium on the path, and CHROMIUM names none");
        chromium = found.orElseThrow().toString();
        scripts = NodeScripts.install("console", "page.mjs");
        database = RunningServer.database(directory);
        DemoPeople.read(DEMO).store(database, (_, _) -> {});
    }

    @Test
    void anybodyMayUseItWithMouseOrKeyboardInAnyColoursAndSizes() throws Exception {
        try (RunningServer server = start()) {
            passes(scripts.node("use.mjs", SECONDS, chromium, server.client().url()));
        }
    }

    @Test
    void aKeyOpensWhatItsRolesAllow() throws Exception {
        try (RunningServer server = start("security.require-keys=true")) {
            passes(scripts.node(
                    "keys.mjs",
                    SECONDS,
                    chromium,
                    server.client().url(),
                    key(Role.INFERENCE, Role.USERS, Role.ADMIN),
                    key(Role.INFERENCE),
                    key(Role.USERS),
                    key(Role.ADMIN)));
        }
    }

    private static void passes(NodeScripts.Run run) {
        assertThat(run.status()).as(run.output()).isZero();
        assertThat(run.output()).matches("(?s).*console: [1-9]\\d* checks\\s*");
    }

    private static String key(Role... roles) {
        try (Store store = Stores.open(database)) {
            ApiKey.Draft draft = new ApiKey.Draft(Tenant.DEFAULT, "", Set.of(roles), Limits.NONE);
            return new Keys(store.keys(), Clock.systemUTC()).create(draft).secret();
        }
    }

    private static RunningServer start(String... more) throws InterruptedException {
        return RunningServer.start(DEMO, DEMO.resolve("pool"), database, more);
    }

    private static Optional<Path> chromium() {
        return Optional.ofNullable(System.getenv("CHROMIUM"))
                .map(Path::of)
                .or(() -> Programs.onPath("chromium", "chromium-browser", "google-chrome"));
    }
}
