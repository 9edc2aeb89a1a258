-- wrk … -s bench/wrk.lua URL -- METHOD REQUESTS [refresh]
--
-- REQUESTS is a file with an access token in its first line and a body in each line after it. Each thread of wrk sends
-- one of the bodies again and again; with `refresh` the token that an answer holds is the next body.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    local lines = {}
    for line in io.lines(arguments[2]) do
        lines[#lines + 1] = line
    end
    wrk.method = arguments[1]
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = lines[1] ~= "" and "Bearer " .. lines[1] or nil
    if #lines > 1 then
        wrk.body = lines[2 + number % (#lines - 1)]
    end
    if arguments[3] == "refresh" then
        request = function()
            return wrk.format()
        end
        response = function(status, headers, body)
            local token = body:match('"refresh":%s*"([^"]+)"')
            if token then
                wrk.body = '{"refresh":"' .. token .. '"}'
            end
        end
    end
end
