package dev.piecewise.loadtest.dialect;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The server under load.
 *
 * @param base its address without a path
 * @param key sent as a bearer token; never part of a report
 * @param model the base model's name
 * @param timeout how long an answer may take
 */
public record Target(URI base, Optional<String> key, String model, Dialect dialect, Api api, Duration timeout) {

    /** The same server asked for another model. */
    public Target withModel(String name) {
        return new Target(base, key, name, dialect, api, timeout);
    }

    public URI uri(String path) {
        return URI.create(base + path);
    }

    /** Where WebSockets connect. */
    public URI socketUri() {
        return URI.create(base.toString().replaceFirst("^http", "ws") + api.path());
    }

    /** Reads an address, with or without a path that ends in {@code /v1}. */
    public static URI parse(String url) {
        String text = url.replaceFirst("(?<![/:])/+$", "").replaceFirst("/v1$", "");
        URI uri;
        try {
            uri = URI.create(text.contains("://") ? text : "http://" + text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'%s' is no address of a server".formatted(url), e);
        }
        String scheme = String.valueOf(uri.getScheme());
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("'%s' is no http or https address of a server".formatted(url));
        }
        return uri;
    }
}
