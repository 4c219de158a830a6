package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.client.Caller;
import dev.piecewise.loadtest.client.HttpCaller;
import dev.piecewise.loadtest.client.SocketCaller;
import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.People;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.report.Report;
import dev.piecewise.loadtest.setup.Calibration;
import dev.piecewise.loadtest.setup.Discovery;
import dev.piecewise.loadtest.setup.Rest;
import dev.piecewise.loadtest.workload.Wording;

/** A server that can be asked: it answers, what it serves is known, and its users are there. */
record Side(Target target, Discovery found, People people, Rest rest, Caller caller, Wording wording)
        implements AutoCloseable {

    /** What every side asks for. */
    record Asking(PeopleOptions people, int users, Bodies.Options bodies, ProgressLine progress) {}

    static Side open(Target asked, Asking asking) throws InterruptedException {
        Rest rest = new Rest(asked);
        try {
            Discovery found = Discovery.of(asked, rest);
            Target target = asked.withModel(found.model());
            People people = asking.people().people(asking.users(), target, found, rest, asking.progress());
            Caller caller = caller(target, new Bodies(target, people, asking.bodies()));
            return new Side(target, found, people, rest, caller, wording(caller));
        } catch (RuntimeException | InterruptedException e) {
            rest.close();
            throw e;
        }
    }

    private static Caller caller(Target target, Bodies bodies) {
        return target.api() == Api.WEBSOCKET
                ? new SocketCaller(target, bodies, Clock.SYSTEM)
                : new HttpCaller(target, bodies, Clock.SYSTEM);
    }

    private static Wording wording(Caller caller) {
        try {
            return Calibration.of(caller, Clock.SYSTEM);
        } catch (RuntimeException e) {
            caller.close();
            throw e;
        }
    }

    Report.Server server() {
        return new Report.Server(
                target.base().toString(), found.version(), target.dialect().text(), target.model());
    }

    @Override
    public void close() {
        caller.close();
        rest.close();
    }
}
