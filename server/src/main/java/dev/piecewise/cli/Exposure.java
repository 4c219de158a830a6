package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.error.ServingException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Who can reach a server, and whether it may be open to them. */
final class Exposure {
    private Exposure() {}

    /** INVALID_REQUEST with param {@code security.require-keys} where others than this machine could use a server without keys, and nobody said that they may. */
    static void check(PiecewiseConfig config) {
        PiecewiseConfig.Security security = config.security();
        String host = config.server().host();
        if (!security.requireKeys() && !security.allowOpen() && !isLoopback(host)) {
            throw ServingException.invalid(
                    "security.require-keys",
                    ("server.host is %s, where others can reach the server, and it asks nobody for a key: set security.require-keys=true"
                                    + " (piecewise keys create makes a key), or security.allow-open=true to let everybody in")
                            .formatted(host));
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
