-- Sends each request of REPLAY_FILE once and unchanged. The file has "LENGTH\n" and LENGTH bytes for each.
-- The threads divide them. A thread without further requests stops, so that none is sent twice. The results
-- go to REPLAY_OUT as JSON, times in microseconds.
local threads = 0

function setup(thread)
  thread:set("turn", threads)
  threads = threads + 1
end

function init()
  local file = assert(io.open(os.getenv("REPLAY_FILE"), "rb"))
  local all, n = tonumber(os.getenv("REPLAY_THREADS")), 0
  mine, at = {}, 0
  for length in function() return file:read("*l") end do
    if n % all == turn then
      mine[#mine + 1] = file:read(tonumber(length))
    else
      file:seek("cur", tonumber(length))
    end
    n = n + 1
  end
  file:close()
end

function request()
  at = at + 1
  if at <= #mine then return mine[at] end
  wrk.thread:stop()
  return ""
end

function done(summary, latency)
  local e = summary.errors
  local out = assert(io.open(os.getenv("REPLAY_OUT"), "w"))
  out:write(string.format(
    '{"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d,"p999":%d,"max":%d}\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
  out:close()
end
