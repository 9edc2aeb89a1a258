-- Asks the counters KEYS, each a list of times in milliseconds, the newest first.
-- ARGV: the time, or "" for the server's own; "1" if a counter that lets the request pass counts it; then for each
-- counter its period and most, and either "rate" with a limit, or "failures" with slow_after, lock_after and the
-- milliseconds of a lock and of the longest pause, unused numbers as 0.
-- Gives the longest wait in milliseconds, or -1, and how many the first counter has by now.
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call("TIME")
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local longest, first = -1, 0
for index, key in ipairs(KEYS) do
    local at = 3 + (index - 1) * 7
    local period, most = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    local limit, lock_after = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
    local lock, pause_limit = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
    local count = redis.call("LLEN", key)
    local oldest = tonumber(redis.call("LINDEX", key, -1))
    while oldest and now - oldest >= period do
        redis.call("RPOP", key)
        count = count - 1
        oldest = tonumber(redis.call("LINDEX", key, -1))
    end
    local wait = -1
    if ARGV[at + 2] == "rate" then
        if count >= limit then
            wait = math.max(period - math.max(now - (oldest or now), 0), 1)
        end
    else
        local pause = 0
        if count >= lock_after then
            pause = lock
        elseif count >= limit then
            pause = math.min(1000 * 2 ^ math.min(count - limit, 10), pause_limit)
        end
        local newest = tonumber(redis.call("LINDEX", key, 0)) or now
        pause = pause - math.max(now - newest, 0)
        if pause > 0 then
            wait = pause
        end
    end
    if wait < 0 and ARGV[2] == "1" then
        if count >= most then
            redis.call("RPOP", key)
            count = count - 1
        end
        redis.call("LPUSH", key, string.format("%.0f", now))
        redis.call("PEXPIRE", key, period)
        count = count + 1
    end
    longest = math.max(longest, wait)
    if index == 1 then
        first = count
    end
end
return {longest, first}
