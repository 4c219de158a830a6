package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that leave, or read nothing, while a real engine generates for them: nothing of theirs runs on, and its books are as before. */
@Timeout(120)
final class LeavingClientsTest {
    private static final int LONG = 8000;
    private static final String COMPLETION =
            "{\"prompt\":\"a question\",\"max_tokens\":%d,\"ignore_eos\":true,\"n\":2%%s}".formatted(LONG);

    @TempDir
    static Path directory;

    private static RunningServer running;

    @BeforeAll
    static void start() throws Exception {
        Path model = TinyFiles.model(directory);
        Files.writeString(model.resolve("chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        running = RunningServer.start(
                model,
                TinyFiles.pool(model, 1, directory.resolve("pool")),
                RunningServer.database(directory),
                "engine.kv-places=40000",
                "engine.max-sequences=4",
                "server.write-queue-bytes=1024");
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    private static double metric(String name) throws Exception {
        return running.client()
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** Returns the tokens that were generated in all, once nothing runs or waits and no place is held. */
    private static double generatedWhenAllIsBack() throws Exception {
        while (metric("vllm:num_requests_running{") + metric("vllm:num_requests_waiting{") > 0
                || metric("piecewise_kv_places{state=\"used\"}") > 0) {
            LockSupport.parkNanos(5_000_000);
        }
        return metric("vllm:generation_tokens_total{");
    }

    private static void assertRuns() throws Exception {
        assertThat(metric("piecewise_kv_places{state=\"used\"}")).isPositive();
    }

    private static Socket ask(String fields) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                URI.create(running.client().url()).getPort()));
        byte[] body = COMPLETION.formatted(fields).getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream()
                .write("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                        .formatted(body.length)
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        return socket;
    }

    private static void awaitRunning(double sequences) throws Exception {
        while (metric("vllm:num_requests_running{") < sequences) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aStreamThatIsLeftEndsItsSequences() throws Exception {
        double before = generatedWhenAllIsBack();
        try (Socket client = ask(",\"stream\":true")) {
            InputStream answer = client.getInputStream();
            assertThat(new String(answer.readNBytes(600), StandardCharsets.UTF_8))
                    .contains("data: {");
            assertRuns();
        }
        assertThat(generatedWhenAllIsBack() - before).isPositive().isLessThan(2 * LONG);
    }

    @Test
    void aRequestThatIsLeftBeforeItsAnswerEndsItsSequences() throws Exception {
        double before = generatedWhenAllIsBack();
        try (Socket _ = ask("")) {
            awaitRunning(2);
            assertRuns();
        }
        assertThat(generatedWhenAllIsBack() - before).isPositive().isLessThan(2 * LONG);
    }

    @Test
    void whoReadsNothingHoldsNobodyUpAndLeavesNothingBehind() throws Exception {
        generatedWhenAllIsBack();
        try (Socket _ = ask(",\"stream\":true")) {
            awaitRunning(2);
            assertThat(running.client().complete("", "").status()).isEqualTo(200);
        }
        generatedWhenAllIsBack();
        assertThat(running.client().complete("", "").status()).isEqualTo(200);
    }

    @Test
    void aWebSocketThatIsLeftEndsItsSequence() throws Exception {
        double before = generatedWhenAllIsBack();
        CountDownLatch begun = new CountDownLatch(3);
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                begun.countDown();
                return WebSocket.Listener.super.onText(socket, data, last);
            }
        };
        try (HttpClient http = HttpClient.newHttpClient()) {
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create(running.client().url().replace("http", "ws") + "/v1/responses"), listener)
                    .join();
            socket.sendText(
                            "{\"type\":\"response.create\",\"input\":\"a question\",\"ignore_eos\":true,\"max_output_tokens\":%d}"
                                    .formatted(LONG),
                            true)
                    .join();
            begun.await();
            assertRuns();
            socket.abort();
        }
        assertThat(generatedWhenAllIsBack() - before).isPositive().isLessThan(LONG);
    }
}
