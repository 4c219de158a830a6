package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that others wrote for Node, as they are published: OpenAI's own, Vercel's AI SDK, LangChain. Skipped, with the reason, where there is no npm or where it
 * cannot install them. What each one does stands in its script under {@code src/test/resources/clients}.
 */
@Timeout(300)
final class NodeClientsTest {
    private static final Path DIRECTORY = Path.of("target", "node-clients").toAbsolutePath();
    private static final List<String> INSTALL = List.of(
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
            "--prefer-offline",
            "--fetch-retries=0",
            "--fetch-timeout=20000",
            "--loglevel=error");

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(DIRECTORY);
        copy("package.json");
        Optional<Run> installed = run(INSTALL, 90);
        Assumptions.assumeTrue(installed.isPresent(), "there is no npm here");
        Assumptions.assumeTrue(
                installed.orElseThrow().status() == 0,
                () -> "npm cannot install the clients: "
                        + installed.orElseThrow().output());
    }

    private record Run(int status, String output) {}

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ai-sdk", "langchain"})
    void servesAClientThatWasWrittenForOpenAi(String client) throws Exception {
        try (TestGateway server = TestGateway.serving()) {
            server.engine.script(new Parrot(server.tokenizer));
            copy(client + ".mjs");

            Run run = run(List.of("node", client + ".mjs", "http://127.0.0.1:" + server.port), 60)
                    .orElseThrow();

            assertThat(run.status()).as(run.output()).isZero();
            assertThat(run.output()).matches("(?s).*" + client + ": [1-9]\\d* checks\\s*");
        }
    }

    /** Empty when there is no such program. */
    private static Optional<Run> run(List<String> command, int seconds) throws InterruptedException, IOException {
        Path log = Files.createTempFile("clients", ".log");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(DIRECTORY.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException missing) {
            return Optional.empty();
        }
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        String output = Files.readString(log, StandardCharsets.UTF_8);
        Files.delete(log);
        return Optional.of(ended ? new Run(process.exitValue(), output) : new Run(-1, "it takes too long; " + output));
    }

    private static void copy(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(NodeClientsTest.class.getResourceAsStream("/clients/" + name))) {
            Files.copy(file, DIRECTORY.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
