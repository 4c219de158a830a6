package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.gateway.http.TlsFiles;
import dev.piecewise.metrics.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS with a certificate and a key of one's own. */
@Timeout(60)
final class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path directory;

    @Test
    void answersThoseWhoTrustItsCertificate() throws Exception {
        KeyStore made = keyStore();
        Path certificate = pem("CERTIFICATE", made.getCertificate("server").getEncoded());
        Path key = pem("PRIVATE KEY", made.getKey("server", PASSWORD).getEncoded());
        try (Gateway gateway = new Gateway(HttpLimits.DEFAULT, new Metrics("tiny", 10));
                HttpClient trusting =
                        HttpClient.newBuilder().sslContext(trusting(made)).build();
                HttpClient stranger = HttpClient.newHttpClient()) {
            int port = gateway.start("127.0.0.1", 0, Optional.of(new TlsFiles(certificate, key)));
            assertThat(trusting.send(live("https", port), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> stranger.send(live("https", port), HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stranger.send(live("http", port), HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void saysWhichFileCannotBeRead() {
        Path missing = directory.resolve("missing.pem");
        try (Gateway gateway = new Gateway(HttpLimits.DEFAULT, new Metrics("tiny", 10))) {
            assertThatThrownBy(() -> gateway.start("127.0.0.1", 0, Optional.of(new TlsFiles(missing, missing))))
                    .isInstanceOf(ServingException.class)
                    .hasMessageContaining("security.tls-certificate")
                    .hasMessageContaining("missing.pem");
        }
    }

    private static HttpRequest live(String scheme, int port) {
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + "/health/live"))
                .build();
    }

    /** A key with a certificate that it signed itself, by the JDK's own tool. */
    private static KeyStore keyStore() throws Exception {
        Path file = directory.resolve("server.p12");
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(tool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private static SSLContext trusting(KeyStore made) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", made.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Path pem(String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                directory.resolve(kind.replace(' ', '-') + ".pem"),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    }
}
