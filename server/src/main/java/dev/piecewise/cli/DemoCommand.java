package dev.piecewise.cli;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Will serve the shipped demo model. */
@Command(
        name = "demo",
        description = "Serves the shipped demo; it arrives with the demo model.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new ServingException(
                ErrorCode.NOT_FOUND,
                "the demo arrives with the demo model, which is not there yet; serve one of yours: "
                        + "./piecewise serve --set model.path=DIR");
    }
}
