package dev.piecewise.gateway;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The web console: the files of its bundle, which refer to nothing outside and may load nothing from outside. */
final class Console {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "app.js", "text/javascript; charset=utf-8",
            "style.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml");

    private final Map<String, Asset> assets =
            TYPES.keySet().stream().collect(Collectors.toUnmodifiableMap(name -> name, Asset::read));

    private record Asset(String type, byte[] bytes, String tag) {
        static Asset read(String name) {
            try (InputStream file =
                    Objects.requireNonNull(Console.class.getResourceAsStream("console/" + name), name)) {
                byte[] bytes = file.readAllBytes();
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                String tag = '"' + HexFormat.of().formatHex(digest, 0, 8) + '"';
                return new Asset(Objects.requireNonNull(TYPES.get(name)), bytes, tag);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    void page(Exchange exchange) throws InterruptedException, ClientGoneException {
        answer(exchange, "index.html");
    }

    void file(Exchange exchange) throws InterruptedException, ClientGoneException {
        answer(exchange, exchange.part("file"));
    }

    private void answer(Exchange exchange, String name) throws InterruptedException, ClientGoneException {
        Asset asset = assets.get(name);
        if (asset == null) {
            throw new ServingException(ErrorCode.NOT_FOUND, "the console has no such file");
        }
        exchange.with("Content-Security-Policy", POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "no-referrer")
                .with("Cache-Control", "no-cache")
                .with("ETag", asset.tag());
        boolean known =
                exchange.header("If-None-Match").filter(asset.tag()::equals).isPresent();
        exchange.answer(known ? 304 : 200, asset.type(), known ? new byte[0] : asset.bytes());
    }
}
