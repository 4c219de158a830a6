package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.fixture.Chunks;
import dev.piecewise.loadtest.fixture.ScriptedServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The command, a server that answers it at once, and what the last run wrote. */
final class LoadtestRun implements AutoCloseable {
    static final String COMPLETIONS = "/v1/completions";

    private static final List<String> SHORT = List.of(
            "--warmup", "0", "--requests", "12", "--prompt-tokens", "20", "--answer-tokens", "4", "--seed", "3");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ScriptedServer server = new ScriptedServer()
            .json("/v1/models", 200, "{\"data\":[{\"id\":\"tiny\"}]}")
            .json("/version", 200, "{\"version\":\"1.2\"}")
            .on(COMPLETIONS, Chunks.answering());

    ScriptedServer server() {
        return server;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    /** A field of all completions that were asked for, as JSON. */
    List<String> asked(String field) {
        return server.asked(COMPLETIONS).stream()
                .map(request -> request.json().path(field).toString())
                .toList();
    }

    List<String> bodies() {
        return server.asked(COMPLETIONS).stream()
                .map(ScriptedServer.Request::body)
                .toList();
    }

    /** A short run against the server; these arguments go over the usual ones. */
    int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--url", server.uri().toString()));
        all.addAll(SHORT);
        all.addAll(List.of(arguments));
        return execute(all.toArray(String[]::new));
    }

    int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = LoadtestCommand.commandLine();
        command.setOverwrittenOptionsAllowed(true);
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
