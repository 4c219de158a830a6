package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.BankLayout;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.personalization.OwnAdapters;
import dev.piecewise.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that are larger than any other body may be. */
@Timeout(60)
final class UploadTest {
    private static final int MOST = 2 << 20;
    private static final String PATH = "/v1/users/ann/adapter";

    @TempDir
    Path directory;

    @AutoClose
    private final TestGateway server =
            TestGateway.serving(HttpLimits.DEFAULT.withBytes(64 << 10, 4096).withUploads(MOST));

    @AutoClose
    private final HttpClient client = HttpClient.newHttpClient();

    private byte[] zip;

    @BeforeEach
    void serveAdapters() throws IOException {
        ModelConfig config = ModelConfigReader.read(TinyCheckpoint.llama().write(directory.resolve("tiny")));
        server.personalizer.own =
                Optional.of(new OwnAdapters(server.store, new BankLayout(config, 2), "base", 4, 1 << 20));
        zip = zip(config);
    }

    @Test
    void isTakenWhereOtherBodiesAreTooLarge() throws Exception {
        assertThat(server.send("PUT", "/v1/users/ann", "a".repeat(65 << 10)).statusCode())
                .isEqualTo(413);

        HttpResponse<String> taken = put(BodyPublishers.ofByteArray(zip));
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
        Store.OwnAdapter stored = server.store.adapter("ann").orElseThrow();
        assertThat(TestGateway.json(taken).path("fingerprint").asText()).isEqualTo(stored.fingerprint());

        HttpResponse<byte[]> got =
                client.send(HttpRequest.newBuilder(server.uri(PATH)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(got.headers().firstValueAsLong("content-length")).hasValue(stored.bytes());
        assertThat(got.body()).hasSize((int) stored.bytes()).startsWith('P', 'K');

        HttpResponse<String> again = put(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(got.body())));
        assertThat(TestGateway.json(again).path("fingerprint").asText()).isEqualTo(stored.fingerprint());
        awaitClosedFiles();
    }

    @Test
    void isRefusedWhereItIsLargerThanItsOwnBound() throws Exception {
        byte[] large = Arrays.copyOf(zip, MOST + 1);
        HttpResponse<String> announced = put(BodyPublishers.ofByteArray(large));
        assertThat(announced.statusCode()).isEqualTo(413);
        assertThat(announced.body()).contains("the request body is larger than 2097152 bytes");

        for (int i = 0; i < 5; i++) {
            HttpResponse<String> chunked = put(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large)));
            assertThat(chunked.statusCode()).isEqualTo(413);
        }
        assertNothingIsLeft();
    }

    /** More of them than may be on the disk at a time. */
    @Test
    void leavesNothingWhereItsClientBreaksOff() throws Exception {
        for (int i = 0; i < 6; i++) {
            try (RawClient leaving = new RawClient(server.port)) {
                leaving.write(
                        "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n".formatted(PATH, zip.length));
                leaving.write(Arrays.copyOf(zip, zip.length - 1));
                while (openFiles().isEmpty()) {
                    Thread.onSpinWait();
                }
            }
            awaitClosedFiles();
        }
        assertNothingIsLeft();
    }

    @Test
    void isRefusedAndForgottenWhereItIsNoAdapter() throws Exception {
        HttpResponse<String> refused = put(BodyPublishers.ofByteArray(Arrays.copyOf(zip, zip.length / 2)));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(TestGateway.json(refused).at("/error/param").asText()).isEqualTo("adapter");
        assertThat(put(BodyPublishers.noBody()).statusCode()).isEqualTo(400);
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(server.store.user("ann")).isEmpty();
        awaitClosedFiles();
        assertThat(put(BodyPublishers.ofByteArray(zip)).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> put(HttpRequest.BodyPublisher body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.uri(PATH)).PUT(body).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** An answer may come shortly before the file of its request goes. */
    private static void awaitClosedFiles() throws IOException {
        while (!openFiles().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    /** This process's files that have no name any more. */
    private static List<Path> openFiles() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(UploadTest::target)
                    .filter(file -> file.toString().contains("/piecewise")
                            && file.toString().endsWith("(deleted)"))
                    .toList();
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException closedMeanwhile) {
            return link;
        }
    }

    /** With something beside the adapter that makes it large. */
    private byte[] zip(ModelConfig config) throws IOException {
        Path peft = TinyAdapter.write(TinyAdapter.of(config, 4, 3, Projection.Q), config, directory.resolve("peft"));
        byte[] beside = new byte[MOST - (256 << 10)];
        new Random(5).nextBytes(beside);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                out.putNextEntry(new ZipEntry(file));
                out.write(Files.readAllBytes(peft.resolve(file)));
            }
            out.putNextEntry(new ZipEntry("training.log"));
            out.write(beside);
        }
        return bytes.toByteArray();
    }
}
