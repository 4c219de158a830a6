package dev.piecewise.gateway.http;

import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Which endpoint answers which method and path. A pattern such as {@code /v1/users/:id/plan} names parts of the path; such a part is matched before its percent
 * signs are resolved, so that it may hold any character, a slash included.
 */
public final class Routes {
    private static final int LONGEST_PART = 2048;

    private final List<Route> routes = new ArrayList<>();
    private final Map<String, Supplier<SocketEndpoint>> sockets = new HashMap<>();

    /** How a route is come by. */
    enum Kind {
        /** Closed while the server drains. */
        ORDINARY,
        /** As an ordinary one, and its body may be a large file. */
        UPLOAD,
        /** Answers as long as the port is open. */
        ALWAYS
    }

    /** Adds a route that is closed while the server drains. */
    public Routes add(String method, String pattern, Endpoint endpoint) {
        return add(method, pattern, endpoint, Kind.ORDINARY);
    }

    /** As {@link #add}, for an endpoint that reads its body with {@link Exchange#upload}. */
    public Routes addUpload(String method, String pattern, Endpoint endpoint) {
        return add(method, pattern, endpoint, Kind.UPLOAD);
    }

    /** Adds a route that answers as long as the port is open. */
    public Routes addAlways(String method, String pattern, Endpoint endpoint) {
        return add(method, pattern, endpoint, Kind.ALWAYS);
    }

    private Routes add(String method, String pattern, Endpoint endpoint, Kind kind) {
        List<String> parts = List.of(pattern.split("/", -1));
        routes.add(new Route(method, pattern, parts, endpoint, kind, Access.of(method, pattern)));
        return this;
    }

    /** Adds WebSockets on a path, beside what else is there. The supplier throws while none can be served. */
    public Routes addSocket(String path, Supplier<SocketEndpoint> endpoint) {
        sockets.put(path, endpoint);
        return this;
    }

    /** Every method with its path, whose named parts stand in braces; WebSockets are GET. */
    public List<String> operations() {
        Stream<String> paths = routes.stream().map(route -> route.method() + " " + route.pattern());
        Stream<String> open = sockets.keySet().stream().map(path -> "GET " + path);
        return Stream.concat(paths, open)
                .map(operation -> operation.replaceAll(":([a-z]+)", "{$1}"))
                .sorted()
                .toList();
    }

    Optional<Supplier<SocketEndpoint>> socket(String path) {
        return Optional.ofNullable(sockets.get(path));
    }

    record Route(String method, String pattern, List<String> parts, Endpoint endpoint, Kind kind, Access access) {
        boolean gated() {
            return kind != Kind.ALWAYS;
        }
    }

    /** What a request is for. */
    sealed interface Match {
        record Found(Route route, Map<String, String> parts) implements Match {}

        record WrongMethod(SortedSet<String> allowed) implements Match {}

        record Unknown() implements Match {}
    }

    /** INVALID_REQUEST where a named part of the path cannot be read. What can be got can be asked for its head. */
    Match find(String method, String path) {
        List<String> parts = List.of(path.split("/", -1));
        SortedSet<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            if (fits(route.parts(), parts)) {
                if (route.method().equals(method.equals("HEAD") ? "GET" : method)) {
                    return new Match.Found(route, named(route.parts(), parts));
                }
                allowed.add(route.method());
            }
        }
        return allowed.isEmpty() ? new Match.Unknown() : new Match.WrongMethod(allowed);
    }

    private static boolean fits(List<String> pattern, List<String> parts) {
        if (pattern.size() != parts.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            boolean fits = isName(pattern.get(i))
                    ? !parts.get(i).isEmpty()
                    : pattern.get(i).equals(parts.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> named(List<String> pattern, List<String> parts) {
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            if (isName(pattern.get(i))) {
                String name = pattern.get(i).substring(1);
                named.put(name, decoded(name, parts.get(i)));
            }
        }
        return named;
    }

    private static String decoded(String name, String raw) {
        Optional<String> decoded = raw.length() > LONGEST_PART ? Optional.empty() : Texts.percentDecoded(raw);
        return decoded.filter(Texts::isStorable)
                .orElseThrow(() -> ServingException.invalid(
                        name, "%s in the path must be percent-encoded UTF-8 without NUL".formatted(name)));
    }

    private static boolean isName(String part) {
        return part.startsWith(":");
    }
}
