package dev.piecewise.loadtest.dialect;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.Executors;

/** The JDK's client as it is used here. */
public final class Http {
    private static final Duration CONNECT = Duration.ofSeconds(30);

    private Http() {}

    /** HTTP/1.1 only: one connection of HTTP/2 carries so many streams at once as the server allows, and no more. */
    public static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** A request to a path of the server, with the key. */
    public static HttpRequest.Builder request(Target target, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target.uri(path));
        target.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        return request;
    }
}
