-- Who asks, as the application said and signed it; nothing here can be forged by SQL alone.
-- The signature covers who, what, until when and on which connection; the key is the owner's and is shown to nobody.

CREATE TABLE IF NOT EXISTS access_seal (one boolean PRIMARY KEY DEFAULT true CHECK (one), inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
REVOKE ALL ON access_seal FROM PUBLIC;

CREATE OR REPLACE FUNCTION bihuan_scope() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE said text := current_setting('bihuan.scope', true); seal record; claims jsonb;
BEGIN
  IF said IS NULL OR length(said) < 66 THEN RETURN NULL; END IF;
  SELECT inner_pad, outer_pad INTO seal FROM public.access_seal;
  IF NOT FOUND OR left(said, 64) <> encode(sha256(seal.outer_pad || sha256(seal.inner_pad || convert_to(substr(said, 65), 'UTF8'))), 'hex') THEN
    RETURN NULL;
  END IF;
  claims := substr(said, 65)::jsonb;
  IF (claims->>'x')::float8 < extract(epoch FROM clock_timestamp()) OR (claims->>'c')::int <> pg_backend_pid() THEN
    RETURN NULL;
  END IF;
  RETURN claims;
END $$;

-- Whoever is signed in, or the system itself.
CREATE OR REPLACE FUNCTION bihuan_known() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT coalesce(public.bihuan_scope()->>'k' IN ('user', 'system'), false) $$;
-- Bookkeeping, audits: the system itself.
CREATE OR REPLACE FUNCTION bihuan_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT coalesce(public.bihuan_scope()->>'k' = 'system', false) $$;
-- Sees every area.
CREATE OR REPLACE FUNCTION bihuan_whole() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS
$$ DECLARE s jsonb := public.bihuan_scope();
BEGIN RETURN coalesce(s->>'k' = 'system' OR (s->>'k' = 'user' AND (s->>'w')::boolean), false); END $$;
-- Nobody yet: sessions, passwords and second factors are looked at, and nothing else.
CREATE OR REPLACE FUNCTION bihuan_door() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT coalesce(public.bihuan_scope()->>'k' = 'door', false) $$;
-- Tells open pages that something moved.
CREATE OR REPLACE FUNCTION bihuan_herald() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT coalesce(public.bihuan_scope()->>'k' = 'herald', false) $$;
-- Makes and ends accounts.
CREATE OR REPLACE FUNCTION bihuan_manages() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS
$$ DECLARE s jsonb := public.bihuan_scope();
BEGIN RETURN coalesce(s->>'k' = 'system' OR (s->>'k' = 'user' AND (s->>'m')::boolean), false); END $$;
CREATE OR REPLACE FUNCTION bihuan_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT (public.bihuan_scope()->>'a')::bigint $$;
CREATE OR REPLACE FUNCTION bihuan_officer() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT nullif(public.bihuan_scope()->>'o', '') $$;
-- The system's clock (bihuan.live.clock).
CREATE OR REPLACE FUNCTION bihuan_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT date_trunc('second', clock_timestamp()) + make_interval(secs => coalesce((SELECT ahead FROM public.live_clock WHERE id = 1), 0)) $$;
-- Area codes from here (included) to there (excluded); null where no area is the account's.
CREATE OR REPLACE FUNCTION bihuan_low() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT nullif(public.bihuan_scope()->>'p', '') COLLATE "C" $$;
CREATE OR REPLACE FUNCTION bihuan_high() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT (nullif(public.bihuan_scope()->>'p', '') || ':') COLLATE "C" $$;
CREATE OR REPLACE FUNCTION bihuan_unit() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED AS
$$ SELECT nullif(public.bihuan_scope()->>'u', '') $$;

CREATE OR REPLACE FUNCTION bihuan_inside(also text[], low text, high text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT EXISTS (SELECT 1 FROM unnest(also) a WHERE a COLLATE "C" >= low AND a COLLATE "C" < high) $$;

-- Of several areas those that neither a row's place nor its home lies in.
CREATE OR REPLACE FUNCTION bihuan_beside(every text[], place text, home text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT array_agg(DISTINCT a) FROM unnest(every) a WHERE a IS NOT NULL
   AND NOT starts_with(coalesce(place, ''), a) AND NOT starts_with(coalesce(home, ''), a) $$;

CREATE OR REPLACE FUNCTION bihuan_covered(spot text, place text, home text, also text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT spot IS NULL OR starts_with(coalesce(place, ''), spot) OR starts_with(coalesce(home, ''), spot)
   OR coalesce(spot = ANY(also), false) $$;

-- What may be the subject in the identity of a hole: a subject's key may hold a stroke itself.
CREATE OR REPLACE FUNCTION bihuan_subjects(identity text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT array_to_string(p[2:n], '/') FROM (SELECT string_to_array(identity, '/') AS p) x, generate_series(2, cardinality(p)) n) $$;

-- Where a row is that says nothing of it: where whoever writes it is.
CREATE OR REPLACE FUNCTION bihuan_writer() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('bihuan.scope', true), '') = '' THEN RETURN NULL; END IF;
  RETURN coalesce(public.bihuan_low(), (SELECT u.area FROM ledger_units u WHERE u.unit = public.bihuan_unit() AND u.latest ORDER BY -u.id LIMIT 1));
END $$;

-- Where somebody is who is on no roll.
CREATE OR REPLACE FUNCTION bihuan_stranger(who text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT x.in_place FROM (SELECT a.in_place, a.id FROM ledger_arrivals a WHERE a.person = who AND a.latest
   UNION ALL SELECT m.in_place, m.id FROM ledger_measures m WHERE m.person = who AND m.latest) x
   WHERE x.in_place IS NOT NULL LIMIT 1 $$;
REVOKE EXECUTE ON FUNCTION bihuan_stranger(text) FROM PUBLIC;

-- The people in the care of a unit: its guests under a measure, its staff, its patients; null where the account is no unit's.
CREATE OR REPLACE FUNCTION bihuan_cared() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
DECLARE ours text := public.bihuan_unit();
BEGIN
  IF ours IS NULL THEN RETURN NULL; END IF;
  RETURN ARRAY(
    SELECT m.person FROM ledger_measures m WHERE m.unit = ours AND m.latest AND m.retracted IS NOT TRUE AND m.ended_at IS NULL
    UNION SELECT s.person FROM ledger_staff s WHERE s.unit = ours AND s.latest AND s.retracted IS NOT TRUE AND s.until IS NULL
    UNION SELECT v.person FROM ledger_clinic_visits v WHERE v.unit = ours AND v.latest AND v.retracted IS NOT TRUE);
END $$;

-- Whether an officer has a duty at a moment: accounts end with it. Asked at the door, and by the officer's own account.
CREATE OR REPLACE FUNCTION bihuan_on_duty(who text, at timestamp) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM ledger_duties d WHERE d.officer = who AND d.latest AND d.retracted IS NOT TRUE
   AND coalesce(d.since <= at, true) AND coalesce(at < d.until, true))
   AND (session_user <> current_database() || '_desk' OR bihuan_door() OR coalesce(who = bihuan_officer(), false)) $$;

-- Whether an officer answers within the account's area alone: who manages its accounts arranges things for him.
CREATE OR REPLACE FUNCTION bihuan_answers_within(who text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
DECLARE low text COLLATE "C" := bihuan_low(); high text COLLATE "C" := bihuan_high(); moment timestamptz := bihuan_now();
BEGIN
  IF bihuan_whole() THEN RETURN true; END IF;
  RETURN low IS NOT NULL
    AND EXISTS (SELECT 1 FROM ledger_officers o WHERE o.officer = who AND o.latest AND o.in_place >= low AND o.in_place < high)
    AND NOT EXISTS (SELECT 1 FROM ledger_duties d WHERE d.officer = who AND d.latest AND d.retracted IS NOT TRUE
      AND (d.until IS NULL OR d.until > moment)
      AND NOT coalesce(coalesce(d.in_place, d.in_home) >= low AND coalesce(d.in_place, d.in_home) < high, false));
END $$;

-- Whether every hole of which a message tells lies in the account's area: otherwise its text tells of others' too.
CREATE OR REPLACE FUNCTION bihuan_told_within(which bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = public, pg_temp AS $$
DECLARE low text COLLATE "C" := bihuan_low(); high text COLLATE "C" := bihuan_high();
BEGIN
  RETURN low IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pressure_telling t JOIN live_hole h ON h.id = t.of_id
    WHERE t.message_id = which AND NOT coalesce(h.in_place >= low AND h.in_place < high, false));
END $$;
