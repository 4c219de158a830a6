package dev.piecewise.gateway.http;

import dev.piecewise.error.ServingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a server proves with that it is the one: its certificate, with those that vouch for it, and the certificate's private key, both as PEM. */
public record TlsFiles(Path certificate, Path key) {
    /** INVALID_REQUEST with the setting as param when a file cannot be read. */
    ServerSSLOptions options() {
        return new ServerSSLOptions()
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertValue(read(certificate, "security.tls-certificate"))
                        .setKeyValue(read(key, "security.tls-key")));
    }

    private static Buffer read(Path file, String setting) {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw ServingException.invalid(setting, "%s: %s cannot be read".formatted(setting, file));
        }
    }
}
