-- Sends the requests of a file (its first argument), one a line: method, path, content type, authorization, body, cookies, with
-- tabs between them. With "once" as second argument every request is sent one time only, and the last answer ends the run; with
-- a number each connection waits so many milliseconds before each request.
-- Prints one line of numbers: requests, microseconds, answers that are no success, p50, p95, p99 in microseconds.

local lines, at, once, answered, pause = {}, 0, false, 0, 0

function init(args)
    once = args[2] == "once"
    pause = tonumber(args[2]) or 0
    if pause > 0 then
        -- Only then, as below.
        delay = function() return pause end
    end
    for line in io.lines(args[1]) do
        local parts = {}
        for part in (line .. "\t"):gmatch("([^\t]*)\t") do parts[#parts + 1] = part end
        local headers = {}
        if parts[3] ~= "" then headers["Content-Type"] = parts[3] end
        if parts[4] ~= "" then headers["Authorization"] = parts[4] end
        if (parts[6] or "") ~= "" then headers["Cookie"] = parts[6] end
        lines[#lines + 1] = wrk.format(parts[1], parts[2], headers, parts[5] ~= "" and parts[5] or nil)
    end
    if once then
        -- Only then: a function for answers costs the generator time at each of them.
        response = function()
            answered = answered + 1
            if answered >= #lines - 200 then wrk.thread:stop() end
        end
    end
end

function request()
    at = at % #lines + 1
    return lines[at]
end

function done(summary, latency, requests)
    local errors = summary.errors
    local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, failed,
        latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
